// What httpYac needs to run these files as editors do: httpyac send '*.http' --all --env dev

module.exports = {
  configureHooks: ({ hooks, utils }) => {
    // A request that is refused as "# expect" says it will be has succeeded, and any other one has failed.
    hooks.onResponse.addHook("expect", ({ statusCode }, { httpRegion }) => {
      const expected = Number(/^# expect (\d+)/m.exec(httpRegion.symbol.source)?.[1]);
      utils.addTestResultToHttpRegion(httpRegion, {
        message: `${httpRegion.metaData.name}: expected ${expected}, got ${statusCode}`,
        status: statusCode === expected ? "SUCCESS" : "FAILED",
      });
    });

    // {{stored.response.body.$.id}} and {{stored.response.headers.ETag}}, as Visual Studio and REST Client have them.
    hooks.onResponse.addHook("answers", (response, context) => {
      const names = response.rawHeaders.filter((_, index) => index % 2 === 0);
      const headers = Object.fromEntries(names.map(name => [name, response.headers[name.toLowerCase()]]));
      utils.setVariableInContext({ [context.httpRegion.metaData.name]: { response: { headers, body: { $: response.parsedBody } } } }, context);
    });
  },
};
