// A request as a program that can be pasted and run.

const wide = 96;

/** JSON, or Python's literals, in lines that can be read: what fits stands on one, lists of short lists fill lines. */
function literal(value, words, indent = '') {
  if (value === null || typeof value === 'boolean') {
    return words[String(value)];
  }

  if (typeof value !== 'object') {
    return JSON.stringify(value);
  }

  const isList = Array.isArray(value);
  const [open, close] = isList ? '[]' : '{}';
  const deeper = `${indent}  `;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
    .map(([name, each]) => (isList ? '' : `${JSON.stringify(name)}: `) + literal(each, words, deeper));
  const single = `${open}${entries.join(', ')}${close}`;
  if (indent.length + single.length <= wide && !single.includes('\n')) {
    return single;
  }

  const lines = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (isList && last !== undefined && !entry.includes('{') && !entry.includes('\n') && deeper.length + last.length + entry.length + 2 <= wide) {
      lines[lines.length - 1] = `${last}, ${entry}`;
    } else {
      lines.push(entry);
    }
  }

  return `${open}\n${lines.map(line => deeper + line).join(',\n')}\n${indent}${close}`;
}

const json = body => literal(body, { null: 'null', true: 'true', false: 'false' });
const python = body => literal(body, { null: 'None', true: 'True', false: 'False' });

const isLoss = body => 'terms' in body;

// The body comes on standard input: an argument may not be as long, and formulas have quotes.
const curl = (address, body, hasKey) =>
  `curl -s '${address}' -H 'Content-Type: application/json'${hasKey ? ' -H "X-Api-Key: $GRADSERVICE_KEY"' : ''} --data-binary @- <<'JSON'
${json(body)}
JSON
`;

const pythonProgram = (address, body, hasKey) => `import json
${hasKey ? 'import os\n' : ''}import urllib.request

request = ${python(body)}
headers = {"Content-Type": "application/json"${hasKey ? ', "X-Api-Key": os.environ["GRADSERVICE_KEY"]' : ''}}
call = urllib.request.Request("${address}", json.dumps(request).encode(), headers)
with urllib.request.urlopen(call) as response:
    answer = json.load(response)

for result in answer["results"]:
    print(${isLoss(body) ? 'result["variant"], result.get("value")' : 'result["batchNorm"]["mode"], result["kind"], result["gradients"]'})
`;

const csharp = (address, body, hasKey) => `using System.Text;
using System.Text.Json.Nodes;

using var client = new HttpClient();
${hasKey ? 'client.DefaultRequestHeaders.Add("X-Api-Key", Environment.GetEnvironmentVariable("GRADSERVICE_KEY"));\n' : ''}var request = """
${json(body)}
""";
using var response = await client.PostAsync("${address}", new StringContent(request, Encoding.UTF8, "application/json"));
response.EnsureSuccessStatusCode();
var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
foreach (var result in answer["results"]!.AsArray())
{
    Console.WriteLine($"${isLoss(body)
      ? '{result!["variant"]!.ToJsonString()} {result["value"]}'
      : '{result!["batchNorm"]!["mode"]} {result["kind"]} {result["gradients"]!.ToJsonString()}'}");
}
`;

/** The ways in which a request can be had. */
export const languages = [
  { name: 'curl', write: curl },
  { name: 'Python', write: pythonProgram },
  { name: 'C#', write: csharp },
];
