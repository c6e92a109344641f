import { assertValid } from "./answers.js";
import * as assertions from "./assertion.js";
import { type Connection, connect } from "./connection.js";
import { Refused, StepgateError, Unavailable } from "./errors.js";
import type { Fetch } from "./exchange.js";
import { present, text, texts } from "./fields.js";
import type * as options from "./options.js";
import {
  checkedId,
  checkedKey,
  checkedUrl,
  proofBody,
  type Visitor,
  visitorHeaders,
} from "./parameters.js";
import * as results from "./results.js";
import type * as shape from "./shapes.js";

/** Where a body may hold a code. */
type Coded = Pick<shape.EnrolBody, "code" | "proof">;

export interface Settings {
  /** Of the service: https, or http on this machine. */
  readonly url: string;
  /** Of the app's back end: `sg_…`, or `sgh_…`, which signs the requests and is never sent. */
  readonly key: string;
  /** The app that the key has to be of: `app_…`. */
  readonly appId: string;
  /** For a whole attempt, with the body of the answer. */
  readonly timeoutMs?: number | undefined;
  /** The service's ISSUER_URL, if that is not `url`. */
  readonly issuer?: string | undefined;
  readonly fetch?: Fetch | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/**
 * The server API of Stepgate. One object may serve all requests, and nothing is sent before the
 * first call. Every call makes sure first that the key is the app's, and throws `Unavailable` or
 * `Refused` unless the service plainly said what it answers.
 */
export class Stepgate {
  readonly appId: string;
  readonly now: () => number;
  readonly #issuer: string;
  readonly #api: Connection;
  #checked = false;
  #keys = assertions.NO_KEYS;

  /** @throws {TypeError} for settings that nothing can be sent with. */
  constructor(settings: Settings) {
    const { url, key, appId, timeoutMs = 5000, issuer, fetch = platformFetch } = settings;
    if (typeof appId !== "string" || appId === "") throw new TypeError("The app's id is empty.");
    if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) throw new TypeError("timeoutMs is no time.");
    this.appId = appId;
    this.now = settings.now ?? Date.now;
    this.#issuer = issuer ?? checkedUrl(url);
    const way = { url: checkedUrl(url), key: checkedKey(key), timeoutMs, fetch, now: this.now };
    this.#api = connect(way);
  }

  /** The app of the key. @throws {StepgateError} if it is not the one that was meant. */
  async check(): Promise<results.App> {
    const { data } = await this.#api.GET("/v1/app");
    const app = results.readApp(present(data));
    if (app.id !== this.appId) {
      throw new StepgateError(`The key is of the app ${app.id}, and not of ${this.appId}.`);
    }
    this.#checked = true;
    return app;
  }

  /** Whether the password is not enough. False only if the service says so, of this app and user. */
  async needsCode(userId: string, given: options.ForVisitor = {}): Promise<boolean> {
    const user = await this.status(userId, given);
    return user.twoFactor;
  }

  /** What the service knows of a user. @throws {Unavailable} if it speaks of somebody else. */
  async status(userId: string, { visitor }: options.ForVisitor = {}): Promise<results.User> {
    const path = { userId: checkedId(userId) };
    await this.#ready();
    const header = visitorHeaders(visitor);
    const answer = await this.#api.GET("/v1/users/{userId}", { params: { path, header } });
    const user = results.readUser(present(answer.data));
    if (answer.response.status !== 200 || !this.#isAbout(user, userId)) {
      throw new Unavailable("The answer is about another app or user.");
    }
    return user;
  }

  /** Begins to add an authenticator. Let only the user do so, with the factor that they have. */
  async enrol(userId: string, given: options.EnrolOptions = {}): Promise<results.Enrolment> {
    const { accountName, issuer, name, rebindToken } = given;
    const body = { accountName, issuer, name, rebindToken };
    return results.readEnrolment(await this.#add(userId, body, given));
  }

  /**
   * Brings in the secret that the user's phone has already. With `code` or `active` it is active at
   * once, else it is pending. The key needs the scope `import`.
   *
   * @throws {InvalidCode} for a wrong `code`, which is charged to nobody.
   */
  async importAuthenticator(
    userId: string,
    given: options.ImportOptions,
  ): Promise<results.Enrolment | results.Confirmation> {
    const { proof: _proof, visitor: _visitor, ...body } = given;
    return results.readImport(await this.#add(userId, body, given));
  }

  /**
   * Makes an authenticator active, and spends the code.
   *
   * @throws {InvalidCode} or {@link Refused} whose `code` says what is wrong with the phone:
   *   `clock_skew`, `time_zone` or `parameters_ignored`.
   */
  async confirm(
    userId: string,
    authenticatorId: string,
    code: string,
    { visitor }: options.ForVisitor = {},
  ): Promise<results.Confirmation> {
    const path = { userId: checkedId(userId), id: checkedId(authenticatorId) };
    await this.#ready();
    const { data } = await this.#api.POST("/v1/users/{userId}/authenticators/{id}/confirm", {
      params: { path, header: visitorHeaders(visitor) },
      body: { code },
    });
    return results.readConfirmation(present(data));
  }

  /**
   * Spends a right code. It is never sent twice.
   *
   * @throws {InvalidCode} for a wrong one, {@link Locked}, {@link Unavailable} (it may be spent).
   */
  async verify(
    userId: string,
    code: string,
    { visitor }: options.ForVisitor = {},
  ): Promise<results.Verification> {
    const path = { userId: checkedId(userId) };
    await this.#ready();
    const { data, response } = await this.#api.POST("/v1/users/{userId}/verify", {
      params: { path, header: visitorHeaders(visitor) },
      body: { code },
    });
    const fields = present(data);
    assertValid(fields, response.headers.get("retry-after"));
    return results.readVerification(fields);
  }

  /** Finds a token whose clock has jumped, by two codes in a row. They log nobody in. */
  async resync(
    userId: string,
    codes: readonly [string, string],
    { visitor }: options.ForVisitor = {},
  ): Promise<results.Resync> {
    const path = { userId: checkedId(userId) };
    await this.#ready();
    const { data } = await this.#api.POST("/v1/users/{userId}/resync", {
      params: { path, header: visitorHeaders(visitor) },
      body: { codes: [...codes] },
    });
    return { authenticatorId: text(present(data), "authenticatorId") };
  }

  /** Ten new ones, shown only here. The old ones are void at once. */
  async rotateBackupCodes(
    userId: string,
    { proof, visitor }: options.WithProof = {},
  ): Promise<readonly string[]> {
    const path = { userId: checkedId(userId) };
    const body = { proof: proofBody(proof) };
    await this.#ready();
    const { data } = await this.#api.POST("/v1/users/{userId}/backup-codes", {
      params: { path, header: creationHeaders(visitor, body) },
      body,
    });
    return texts(present(data), "backupCodes");
  }

  /** Removes an authenticator. With the last active one the backup codes go too. */
  async remove(
    userId: string,
    authenticatorId: string,
    { proof, visitor }: options.WithProof = {},
  ): Promise<void> {
    const path = { userId: checkedId(userId), id: checkedId(authenticatorId) };
    const body = { proof: proofBody(proof) };
    await this.#ready();
    const params = { path, header: visitorHeaders(visitor) };
    await this.#api.DELETE("/v1/users/{userId}/authenticators/{id}", { params, body });
  }

  /** Ends a lock. It does not end a cap: only an operator's reset does. */
  async unlock(userId: string, { visitor }: options.ForVisitor = {}): Promise<void> {
    const path = { userId: checkedId(userId) };
    await this.#ready();
    const params = { path, header: visitorHeaders(visitor) };
    await this.#api.POST("/v1/users/{userId}/unlock", { params });
  }

  /** Deletes a user with all authenticators. The user has no second factor then. */
  async deleteUser(userId: string, { proof, visitor }: options.WithProof = {}): Promise<void> {
    const path = { userId: checkedId(userId) };
    const body = { proof: proofBody(proof) };
    await this.#ready();
    const params = { path, header: visitorHeaders(visitor) };
    await this.#api.DELETE("/v1/users/{userId}", { params, body });
  }

  /** For a browser that answers by itself. */
  async challenge(
    userId: string,
    given: options.ChallengeOptions = {},
  ): Promise<results.Challenge> {
    const { purpose, ttlSeconds, visitor } = given;
    const body = { userId: checkedId(userId), purpose, ttlSeconds };
    await this.#ready();
    const params = { header: creationHeaders(visitor) };
    const { data } = await this.#api.POST("/v1/challenges", { params, body });
    return results.readChallenge(present(data));
  }

  /** @throws {Refused} `invalid_assertion` unless it answers the challenge that was asked for. */
  async verifyAssertion(
    assertion: string,
    { challengeId, purpose }: options.AskedFor,
  ): Promise<assertions.Assertion> {
    const keyId = assertions.keyIdOf(assertion);
    await this.#ready();
    if (!assertions.findKey(this.#keys, keyId, this.now())) await this.#fetchKeys();
    const key = assertions.findKey(this.#keys, keyId, this.now());
    const { appId } = this;
    const expected = { issuer: this.#issuer, appId, challengeId, purpose: purpose ?? null };
    return assertions.checkAssertion(assertion, key, expected, this.now());
  }

  /** A page that sets up an authenticator. It is good for 15 minutes, in one browser. */
  async enrolmentLink(
    userId: string,
    { accountName, returnUrl, visitor }: options.EnrolmentLinkOptions,
  ): Promise<results.Link> {
    const body = { userId: checkedId(userId), accountName, returnUrl };
    await this.#ready();
    const params = { header: creationHeaders(visitor) };
    const { data } = await this.#api.POST("/v1/enrolment-links", { params, body });
    return results.readLink(present(data));
  }

  /** A page that asks for a code, and leads back with another for `redeem`. */
  async challengeLink(
    userId: string,
    { visitor, ...given }: options.ChallengeLinkOptions,
  ): Promise<results.Link> {
    const { returnUrl, purpose, displayText, ttlSeconds } = given;
    const body = { userId: checkedId(userId), returnUrl, purpose, displayText, ttlSeconds };
    await this.#ready();
    const params = { header: creationHeaders(visitor) };
    const { data } = await this.#api.POST("/v1/challenge-links", { params, body });
    return results.readLink(present(data));
  }

  /**
   * What came back from that page: good once, within two minutes.
   *
   * @throws {Refused} `invalid_assertion` if it is of another challenge or purpose.
   */
  async redeem(
    code: string,
    { challengeId, purpose, visitor }: options.AskedFor & options.ForVisitor,
  ): Promise<results.Redemption> {
    await this.#ready();
    const params = { header: visitorHeaders(visitor) };
    const { data } = await this.#api.POST("/v1/challenge-links/redeem", { params, body: { code } });
    const redeemed = results.readRedemption(present(data));
    if (redeemed.id === challengeId && redeemed.purpose === (purpose ?? null)) return redeemed;
    const title = "The link answers another challenge, or is for another purpose.";
    throw new Refused({ code: "invalid_assertion", status: 401, title });
  }

  async #add(userId: string, body: shape.EnrolBody, given: options.WithProof) {
    const path = { userId: checkedId(userId) };
    const proved = { ...body, proof: proofBody(given.proof) };
    await this.#ready();
    const { data } = await this.#api.POST("/v1/users/{userId}/authenticators", {
      params: { path, header: creationHeaders(given.visitor, proved) },
      body: proved,
    });
    const added = present(data);
    // No option asks for a dry run.
    if (added.status === "importable") throw new Unavailable("The answer is that of a dry run.");
    return added;
  }

  async #fetchKeys(): Promise<void> {
    const { data } = await this.#api.GET("/.well-known/jwks.json");
    this.#keys = await assertions.readKeys(data, this.now());
  }

  /** A flag and no shared promise: in Workers a request must not wait for another one's answer. */
  async #ready(): Promise<void> {
    if (!this.#checked) await this.check();
  }

  #isAbout(user: results.User, userId: string): boolean {
    return user.appId === this.appId && user.userId === userId.normalize("NFC");
  }
}

/** With an Idempotency-Key a creation may be repeated: so never one that has a code in it. */
function creationHeaders(visitor: Visitor | undefined, body: Coded = {}) {
  const hasCode = body.code !== undefined || body.proof?.code !== undefined;
  const key = hasCode ? {} : { "Idempotency-Key": crypto.randomUUID() };
  return { ...visitorHeaders(visitor), ...key };
}

/** Looked up at each call, and called as the platform's own: some refuse any other `this`. */
function platformFetch(url: string, init: RequestInit): Promise<Response> {
  return globalThis.fetch(url, init);
}
