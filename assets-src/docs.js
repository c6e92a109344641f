/* Starts Swagger UI on /docs, on the document that the address asks for. Credentials live until the page is closed, and no outside validator is asked. */
const documents = {
  "appended-otp": "/compat/appended-otp.json",
  "django-react": "/swagger.json",
  "basic-with-otp": "/compat/basic-with-otp.json",
};
const chosen = new URLSearchParams(location.search).get("doc");
const fallback = location.pathname.startsWith("/swagger") ? "/swagger.json" : "/openapi.json";
window.SwaggerUIBundle({
  url: (Object.hasOwn(documents, chosen) && documents[chosen]) || fallback,
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
