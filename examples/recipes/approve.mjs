/**
 * Asks a person to approve something with a code, and ends with 0 only if they did:
 *
 *     node approve.mjs user-42 "deploy 1.4.2" && ./deploy.sh
 *
 * Send the printed link to the person. Their browser comes back to RETURN_URL, where this waits.
 */

import { createServer } from "node:http";

const { STEPGATE_URL, STEPGATE_KEY, RETURN_URL, PORT } = process.env;
const SECONDS = 600;
const [userId, purpose] = process.argv.slice(2);

const link = await call("/v1/challenge-links", {
  userId,
  purpose,
  ttlSeconds: SECONDS,
  returnUrl: RETURN_URL,
});
const code = waitForCode();
console.log(link.url);
const answer = await call("/v1/challenge-links/redeem", { code: await code });
const isApproved = answer.id === link.id && answer.userId === userId && answer.purpose === purpose;
console.log(isApproved ? `Approved by ${userId}.` : "This is the approval of something else.");
process.exit(isApproved ? 0 : 1);

async function call(path, body) {
  const response = await fetch(STEPGATE_URL + path, {
    method: "POST",
    headers: { authorization: `Bearer ${STEPGATE_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5000),
  });
  if (response.status < 300) return response.json();
  throw new Error(`Not approved: ${await response.text()}`);
}

/** The one-time code with which the browser comes back. */
function waitForCode() {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("Not approved: nobody answered.")), SECONDS * 1000);
    createServer((request, response) => {
      const { searchParams } = new URL(request.url, RETURN_URL);
      response.end("Thank you. You can close this page.");
      if (searchParams.get("result") === "cancelled") reject(new Error("Not approved: cancelled."));
      if (searchParams.has("code")) resolve(searchParams.get("code"));
    }).listen(Number(PORT), "127.0.0.1");
  });
}
