/* Starts Swagger UI on /docs. Credentials live until the page is closed, and no outside validator is asked. */
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
