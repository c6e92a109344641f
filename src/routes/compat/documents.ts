/**
 * OpenAPI documents for Swagger UI and ReDoc, of the published APIs whose own programs served one.
 */

const json = (schema: object) => ({ content: { "application/json": { schema } } });
const answers = (...statuses: [number, string][]) =>
  Object.fromEntries(statuses.map(([status, description]) => [status, { description }]));

function object(...names: string[]) {
  const properties = Object.fromEntries(names.map((name) => [name, { type: "string" }]));
  return { type: "object", properties, required: names };
}

const OAUTH = [{ OAuth2PasswordBearer: [] }];

/** The tutorial's security scheme, so that Swagger UI's *Authorize* button logs in. */
const appendedOtp = {
  openapi: "3.1.0",
  info: { title: "FastAPI: the code behind the password", version: "1" },
  components: {
    securitySchemes: {
      OAuth2PasswordBearer: {
        type: "oauth2",
        flows: { password: { scopes: {}, tokenUrl: "/token" } },
      },
    },
  },
  paths: {
    "/token": {
      post: {
        summary: "Log in: the password, and behind it the code",
        requestBody: {
          required: true,
          content: {
            "application/x-www-form-urlencoded": { schema: object("username", "password") },
          },
        },
        responses: answers([200, "An access token"], [401, "Whatever was wrong"]),
      },
    },
    "/users/me/": {
      get: {
        summary: "Who it is",
        security: OAUTH,
        responses: answers([200, "The user"], [401, "No good token"]),
      },
    },
    "/users/me/items/": {
      get: {
        summary: "The user's items",
        security: OAUTH,
        responses: answers([200, "Items"], [401, "No good token"]),
      },
    },
  },
};

const call = (summary: string, names: string[], ...statuses: [number, string][]) => ({
  post: {
    summary,
    requestBody: { required: true, ...json(object(...names)) },
    responses: answers([200, "Done"], ...statuses),
  },
});
const NO_USER: [number, string] = [404, "Another user than the session's"];
const WRONG: [number, string] = [400, "Wrong, with a message"];

const djangoReact = {
  openapi: "3.1.0",
  info: { title: "Django REST with a React client", version: "1" },
  paths: {
    "/api/auth/register": call(
      "Make an account",
      ["email", "name", "password"],
      [201, "Made"],
      WRONG,
    ),
    "/api/auth/login": call("Log in", ["email", "password"], WRONG),
    "/api/auth/otp/generate": call("A secret to scan", ["user_id", "email"], NO_USER),
    "/api/auth/otp/verify": call("Switch on with a first code", ["user_id", "token"], WRONG),
    "/api/auth/otp/validate": call("The code of a log-in", ["user_id", "token"], WRONG, NO_USER),
    "/api/auth/otp/disable": call("Switch off", ["user_id"], NO_USER),
  },
};

const BEARER = [{ HTTPBearer: [] }];

const basicWithOtp = {
  openapi: "3.1.0",
  info: { title: "FastAPI: HTTP Basic with ?otp=", version: "1" },
  components: {
    securitySchemes: {
      HTTPBasic: { type: "http", scheme: "basic" },
      HTTPBearer: { type: "http", scheme: "bearer" },
    },
  },
  paths: {
    "/auth/credentials": {
      post: {
        summary: "Log in",
        security: [{ HTTPBasic: [] }],
        parameters: [{ name: "otp", in: "query", schema: { type: "string" } }],
        responses: answers([200, "A token with status 0; 2: code needed or wrong; 3: wrong"]),
      },
    },
    "/auth/otp/enable": {
      put: {
        summary: "Switch the second factor on or off",
        security: BEARER,
        requestBody: {
          required: true,
          ...json({ type: "object", properties: { enabled: { type: "boolean" } } }),
        },
        responses: answers([200, "Done"], [403, "Log in again first"]),
      },
    },
    "/auth/otp/generate": {
      get: {
        summary: "A new secret as a QR code",
        security: BEARER,
        responses: { 200: { description: "A PNG", content: { "image/png": {} } } },
      },
    },
    "/whoami": {
      get: { summary: "The user name", security: BEARER, responses: answers([200, "A string"]) },
    },
  },
};

export const DOCUMENTS = [
  { api: "appended-otp", path: "/compat/appended-otp.json", document: appendedOtp },
  { api: "django-react", path: "/swagger.json", document: djangoReact },
  { api: "basic-with-otp", path: "/compat/basic-with-otp.json", document: basicWithOtp },
] as const;
