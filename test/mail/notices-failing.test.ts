/** A mail provider that fails keeps nobody waiting, and no notice is lost for a day. */

import { describe, expect, it } from "vitest";
import { as } from "../account";
import { everywhere } from "../databases";
import { elapse } from "../service";
import { everyMinute } from "../webhooks/receiver";
import { scene, type Scene } from "./happenings";

describe("a provider that fails", () => {
  const rotate = ({ tokens }: Scene) => as(tokens, "POST", "/backup-codes");

  it("keeps nobody waiting, and the notice comes when it works again", async () => {
    const given = await scene();
    const { mailbox } = given;
    mailbox.answer = () => new Response("down", { status: 503 });
    expect((await rotate(given)).status).toBe(200);
    expect(mailbox.letters).toEqual([]);
    mailbox.answer = () => new Response("{}");
    await everyMinute();
    expect(mailbox.letters).toEqual([]);
    elapse(60);
    await everyMinute();
    expect(mailbox.letters).toHaveLength(1);
    elapse(120);
    await everyMinute();
    expect(mailbox.letters).toHaveLength(1);
  });

  it("is asked less and less often, and for a day", async () => {
    const given = await scene();
    const { mailbox } = given;
    mailbox.answer = () => Promise.reject(new Error("no connection"));
    mailbox.requests.length = 0;
    await rotate(given);
    for (let minutes = 0; minutes < 30 * 60; minutes += 10) {
      elapse(600);
      await everyMinute();
    }
    expect(mailbox.requests.length).toBeGreaterThan(20);
    expect(mailbox.requests.length).toBeLessThan(40);
    const due = "SELECT count(*) AS count FROM notices WHERE next_at IS NOT NULL";
    expect(await everywhere.prepare(due).first("count")).toBe(0);
  });

  it("breaks off in the middle: the notice is sent again after two minutes", async () => {
    const given = await scene();
    const { mailbox } = given;
    await rotate(given);
    // What a Worker leaves behind that ends before it has said that the notice was sent.
    await everywhere
      .prepare("UPDATE notices SET next_at = ?")
      .bind(Date.now() + 120_000)
      .run();
    mailbox.letters.length = 0;
    await everyMinute();
    expect(mailbox.letters).toEqual([]);
    elapse(120);
    await everyMinute();
    expect(mailbox.letters.length).toBeGreaterThan(0);
  });
});
