import { createRoute, z } from "@hono/zod-openapi";
import { loadBySession } from "../../core/caller/by-session";
import { listSessions, revokeOtherSessions, revokeSession } from "../../core/session/own-sessions";
import { listDevices, revokeDevice } from "../../core/session/trusted-devices";
import { Instant, line } from "../fields";
import { json, nothing, problems, router } from "../openapi";
import { requireSession } from "../session";
import { security, SESSION_PROBLEMS } from "./shared";

const Place = z.object({ ip: z.string().nullable(), userAgent: z.string().nullable() });

const Session = Place.extend({
  id: z.string(),
  current: z.boolean().openapi({ description: "Whether this is the session that asks." }),
  aal: z
    .union([z.literal(1), z.literal(2)])
    .openapi({ type: "integer", description: "Assurance level: 2 after a code." }),
  createdAt: Instant,
  lastUsedAt: Instant.openapi({ description: "Accurate to five minutes." }),
  expiresAt: Instant.openapi({ description: "When the session ends if it is not used before." }),
}).openapi("Session");

const SessionList = z.object({ sessions: z.array(Session) }).openapi("SessionList");

const TrustedDevice = Place.extend({
  id: z.string(),
  createdAt: Instant,
  lastUsedAt: Instant,
  expiresAt: Instant,
}).openapi("TrustedDevice");

const DeviceList = z.object({ devices: z.array(TrustedDevice) }).openapi("TrustedDeviceList");

const listRoute = createRoute({
  method: "get",
  path: "/sessions",
  operationId: "listMySessions",
  tags: ["Accounts: sessions"],
  summary: "List one's sessions",
  description: "All sessions that are live, the newest first.",
  security,
  middleware: [requireSession()] as const,
  responses: {
    200: json("Newest first", SessionList),
    ...problems(...SESSION_PROBLEMS),
  },
});

const revokeRoute = createRoute({
  method: "delete",
  path: "/sessions/{id}",
  operationId: "endMySession",
  tags: ["Accounts: sessions"],
  summary: "End a session",
  description: "Ends one of one's own sessions, at once.",
  security,
  middleware: [requireSession()] as const,
  request: { params: z.object({ id: line(64).openapi({ example: "ses_mfrggzdfmztwq2lk" }) }) },
  responses: {
    204: nothing,
    ...problems(...SESSION_PROBLEMS, "invalid_request", "not_found", "conflict"),
  },
});

const revokeOthersRoute = createRoute({
  method: "delete",
  path: "/sessions",
  operationId: "endMyOtherSessions",
  tags: ["Accounts: sessions"],
  summary: "End all other sessions",
  description: "It also ends open log-ins, and the trust in all devices.",
  security,
  middleware: [requireSession()] as const,
  responses: { 204: nothing, ...problems(...SESSION_PROBLEMS, "conflict") },
});

const listDevicesRoute = createRoute({
  method: "get",
  path: "/devices",
  operationId: "listMyDevices",
  tags: ["Accounts: sessions"],
  summary: "List one's trusted devices",
  description: "Devices that are asked for no code at log-in, the newest first.",
  security,
  middleware: [requireSession()] as const,
  responses: {
    200: json("Newest first", DeviceList),
    ...problems(...SESSION_PROBLEMS),
  },
});

const revokeDeviceRoute = createRoute({
  method: "delete",
  path: "/devices/{id}",
  operationId: "forgetMyDevice",
  tags: ["Accounts: sessions"],
  summary: "Stop trusting a device",
  description: "From the next log-in on, the device is asked for a code again.",
  security,
  middleware: [requireSession()] as const,
  request: { params: z.object({ id: line(64).openapi({ example: "dev_mfrggzdfmztwq2lk" }) }) },
  responses: {
    204: nothing,
    ...problems(...SESSION_PROBLEMS, "invalid_request", "not_found", "conflict"),
  },
});

export const sessionRoutes = router()
  .openapi(listRoute, async (c) => {
    const { deps, session } = c.var;
    return c.json({ sessions: await listSessions(deps, await loadBySession(deps, session)) }, 200);
  })
  .openapi(revokeRoute, async (c) => {
    await revokeSession(c.var.deps, c.var.session, c.req.valid("param").id);
    return c.body(null, 204);
  })
  .openapi(revokeOthersRoute, async (c) => {
    await revokeOtherSessions(c.var.deps, c.var.session);
    return c.body(null, 204);
  })
  .openapi(listDevicesRoute, async (c) => {
    const { deps, session } = c.var;
    return c.json({ devices: await listDevices(deps, await loadBySession(deps, session)) }, 200);
  })
  .openapi(revokeDeviceRoute, async (c) => {
    await revokeDevice(c.var.deps, c.var.session, c.req.valid("param").id);
    return c.body(null, 204);
  });
