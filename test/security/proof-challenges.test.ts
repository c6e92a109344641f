/** A challenge as the proof of a change of factors: answered for it, by this user, a moment ago, and once. */

import { beforeEach, describe, expect, it } from "vitest";
import {
  answerChallengeLink,
  cancelChallengeLink,
  openChallengeLink,
} from "../../src/core/challenge/links";
import {
  codeOf,
  createApp,
  createKey,
  elapse,
  enrolled,
  problemCode,
  useKey,
  wrongCodeOf,
  type TestApp,
} from "../service";
import { challengeLink, inCore, redemptionCode, tokenOf, settings } from "../links";
import { answered, remove } from "./proof-support";
import { answer, challengeFor, contents, firstCode, rows } from "./support";
import { revoke } from "../world";

let app: TestApp;
beforeEach(async () => {
  app = await createApp({ settings: { ...settings, requireProof: true } });
});

describe("a challenge proves nothing", () => {
  it.each([undefined, "login", "factor_change ", "Factor_change"])(
    "if it was answered for another purpose: %j",
    async (purpose) => {
      const ada = await enrolled(app, "ada");
      const challengeId = await answered(app, codeOf(ada.phone), { purpose });
      expect(await problemCode(await remove(app, ada, { challengeId }))).toBe("proof_required");
    },
  );

  it("while it is open, or after a wrong answer", async () => {
    const ada = await enrolled(app, "ada");
    const { id: challengeId, token } = await challengeFor(app, "ada", { purpose: "factor_change" });
    expect(await problemCode(await remove(app, ada, { challengeId }))).toBe("proof_required");
    await answer(token, wrongCodeOf(ada.phone));
    expect(await problemCode(await remove(app, ada, { challengeId }))).toBe("proof_required");
    expect(await rows("SELECT * FROM authenticators")).toHaveLength(1);
  });

  it("five minutes after its answer, and until then it does", async () => {
    const ada = await enrolled(app, "ada");
    const challengeId = await answered(app, codeOf(ada.phone));
    elapse(300);
    expect(await problemCode(await remove(app, ada, { challengeId }))).toBe("proof_required");
    elapse(-1);
    expect((await remove(app, ada, { challengeId })).status).toBe(204);
  });

  it("for somebody else, also of the same name in another app", async () => {
    const ada = await enrolled(app, "ada");
    const challengeId = await answered(app, codeOf(ada.phone));
    const bob = await enrolled(app, "bob");
    const ofBob = `/users/bob/authenticators/${bob.authenticatorId}`;
    const body = { proof: { challengeId } };
    expect(await problemCode(await app.v1("DELETE", ofBob, { body }))).toBe("proof_required");
    const other = await createApp({ settings: { requireProof: true } });
    const there = await enrolled(other, "ada");
    const path = `/users/ada/authenticators/${there.authenticatorId}`;
    expect(await problemCode(await other.v1("DELETE", path, { body }))).toBe("proof_required");
    expect((await remove(app, ada, { challengeId })).status).toBe(204);
  });

  it("after anything else happened to the user's factors", async () => {
    const ada = await enrolled(app, "ada");
    const challengeId = await answered(app, codeOf(ada.phone));
    const made = await app.v1("POST", "/users/ada/backup-codes", {
      body: { proof: { code: firstCode(ada) } },
    });
    expect(made.status).toBe(200);
    expect(await problemCode(await remove(app, ada, { challengeId }))).toBe("proof_required");
  });

  it("when the key that asked was revoked since", async () => {
    const ada = await enrolled(app, "ada");
    const doomed = await createKey(app.id, {});
    const { v1 } = useKey(app.id, doomed);
    const made = await v1("POST", "/challenges", {
      body: { userId: "ada", purpose: "factor_change" },
    });
    const { id: challengeId, token } = await made.json<{ id: string; token: string }>();
    expect((await answer(token, codeOf(ada.phone))).status).toBe(200);
    await revoke(app.id, doomed);
    expect(await problemCode(await remove(app, ada, { challengeId }))).toBe("proof_required");
  });

  it("and costs the user nothing", async () => {
    const ada = await enrolled(app, "ada");
    const before = await contents();
    await remove(app, ada, { challengeId: "chal_unknown" });
    expect(await contents()).toEqual(before);
  });
});

describe("a challenge on a hosted page", () => {
  it("proves a change too", async () => {
    const ada = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada", { purpose: "factor_change" });
    await redemptionCode(link, codeOf(ada.phone));
    expect((await remove(app, ada, { challengeId: link.id })).status).toBe(204);
  });

  it("that was cancelled there proves none, also after a wrong answer", async () => {
    const ada = await enrolled(app, "ada");
    const link = await challengeLink(app, "ada", { purpose: "factor_change" });
    const wrong = wrongCodeOf(ada.phone);
    await inCore(async (deps) => {
      const { claims } = await openChallengeLink(deps, tokenOf(link));
      await expect(answerChallengeLink(deps, claims, wrong)).rejects.toThrow("invalid_code");
      await cancelChallengeLink(deps, claims);
      const right = answerChallengeLink(deps, claims, codeOf(ada.phone));
      await expect(right).rejects.toThrow("invalid_challenge");
    });
    expect(await problemCode(await remove(app, ada, { challengeId: link.id }))).toBe(
      "proof_required",
    );
  });
});
