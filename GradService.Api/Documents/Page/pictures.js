// Swagger UI shows the source of an SVG; this puts the picture above it. The page's own script calls SwaggerUIBundle when all is loaded.

const pictures = ({ React }) => ({
  wrapComponents: {
    responseBody: Shown => props => React.createElement("div", null,
      props.contentType?.startsWith("image/svg+xml")
        && React.createElement("img", { src: `data:image/svg+xml,${encodeURIComponent(props.content)}`, alt: "The figure", className: "figure" }),
      React.createElement(Shown, props)),
  },
});

document.addEventListener("DOMContentLoaded", () => {
  const bundle = window.SwaggerUIBundle;
  window.SwaggerUIBundle = Object.assign(options => bundle({ ...options, plugins: [pictures] }), bundle);
});
