// Rendered from docs/openapi.json by `npm run api -w clients/typescript`. Do not change it here.

export interface paths {
    "/v1/app": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See the app of this key
         * @description Call it when your back end starts. It tells you that the service is there, that the key belongs to the right app, and that the key has the scopes you need. A key of any scope may ask.
         */
        get: operations["getOwnApp"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/authenticators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enrol an authenticator
         * @description The answer is a pending authenticator with its secret, its URI and its QR code, which are shown only here. It has no effect until it is confirmed, and it expires after 15 minutes. The first enrolment also creates the user. The key alone may do this. Your back end has to make sure that the user asks for it, and not somebody who has taken over their session. So ask the user for a code of a factor that they have, and send it as `proof`. It is checked in the same transaction. If the app demands a proof and the user has a factor by the time of the confirmation, an enrolment that was begun without a proof cannot be confirmed.
         *
         *     With a `secret` (scope `import`, as well as `enrol`), an authenticator that already works with another system moves over. If that is all you send, it is pending like any other, and a code confirms it. If you also send `code`, which the user has just typed, it is active at once and the code is spent. If that code is wrong, nothing is made, and it does not count as a failure. With `active` it is active without a code. The code of the present step is refused, because it may have been used with the other system; the next one is accepted. `drift` and `lastStep` are what that system knows of the phone. `dryRun` only checks. From then on the other system must accept no codes: each of the two systems would take a code once.
         */
        post: operations["enrolAuthenticator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/authenticators/{id}/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm an enrolment
         * @description The first right code makes the authenticator active, and is spent. The user's first authenticator comes with ten backup codes, which are shown only here. Five wrong codes end the enrolment. They never lock the user. Here a wrong code is examined more closely than anywhere else: `clock_skew`, `time_zone` and `parameters_ignored` say what is wrong with the phone.
         */
        post: operations["confirmAuthenticator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/authenticators/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove an authenticator
         * @description When the last active authenticator is removed, the backup codes are removed too, because they are not a factor on their own. The key alone may do this. Your back end has to make sure that the user asks for it, and not somebody who has taken over their session. So ask the user for a code of a factor that they have, and send it as `proof`. It is checked in the same transaction. It goes into a JSON body, never into the URL.
         */
        delete: operations["removeAuthenticator"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify a code
         * @description Answers whether this code is right. A right code is spent by the call, so it is accepted once. A wrong code counts as a failure. Five failures in a row lock the user for 30 seconds, and each further one for twice as long, up to an hour. A code that was accepted before is refused, and does not count as a failure.
         */
        post: operations["verifyCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/resync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resynchronise an authenticator
         * @description For a device whose clock has drifted by more steps than the app's `window` allows since its last code, and by ten steps at most. Send two codes in a row. Both are spent, and from then on codes around their step are accepted. Wrong codes count as with a verification. This call is not a verification: it accepts codes that are too old to log anybody in. Ask for another code afterwards.
         */
        post: operations["resyncAuthenticator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/challenges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a challenge
         * @description Give the token to the browser, which answers it with `POST /v1/challenges/verify`. Keep the id, and compare it with `jti` of the assertion.
         */
        post: operations["createChallenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/challenges/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a challenge
         * @description The browser or the app calls this with the token and the user's code. It needs no API key. The answer has an assertion: a JWT (`typ: assertion+jwt`, ES256, good for two minutes) that the back end checks with the keys of `/.well-known/jwks.json`. Its `aud` is the app's id, its `jti` the challenge's id, and its `purpose` that of the challenge. If the app has registered origins, the request's `Origin` has to be one of them.
         */
        post: operations["answerChallenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/enrolment-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an enrolment link
         * @description The link leads to a page of this service where the user sets up an authenticator, in the app's name. It is good for 15 minutes and for the first browser that opens it, which then has 15 minutes to finish. Whatever ends the user's open challenges ends it too. A user with an active factor gives a code of it first. The page leads back to `returnUrl` with `result=success` or `result=cancelled`. Do not rely on this query: ask `GET /v1/users/{userId}`.
         */
        post: operations["createEnrolmentLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/challenge-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a challenge link
         * @description The link leads to a page of this service that asks the user for a code. It leads back to `returnUrl` with `result=success` and a one-time `code`, or with `result=cancelled`. Redeem the code within two minutes. Keep the id, and compare it with the one that you get then.
         */
        post: operations["createChallengeLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/challenge-links/redeem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redeem the code of a challenge link
         * @description A code can be redeemed once, within two minutes, with a key of the same app. Compare `id` and `purpose` with what you asked for. The assertion is like the one of `POST /v1/challenges/verify`.
         */
        post: operations["redeemChallengeLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See a user's second factor
         * @description Ask this after the password. Let the user in without a code only if the status is 200, `appId` is your own, and `twoFactor` is `false`. Any other answer, or none, is not a log-in.
         */
        get: operations["getUser"];
        put?: never;
        post?: never;
        /**
         * Delete a user
         * @description Deletes the user with their authenticators, backup codes and open challenges. The audit trail stays. Afterwards the user has no second factor, and may enrol anew. The key alone may do this. Your back end has to make sure that the user asks for it, and not somebody who has taken over their session. So ask the user for a code of a factor that they have, and send it as `proof`. It is checked in the same transaction. It goes into a JSON body, never into the URL.
         */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/backup-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make new backup codes
         * @description Makes ten new codes, which are shown only here. The old ones are void at once, and open challenges end. The key alone may do this. Your back end has to make sure that the user asks for it, and not somebody who has taken over their session. So ask the user for a code of a factor that they have, and send it as `proof`. It is checked in the same transaction.
         */
        post: operations["rotateBackupCodes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{userId}/unlock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unlock a user
         * @description Ends a lock and sets the count of failures to 0. It does not end a cap, which only an operator's reset ends. If the service's clock was ahead and has been set back, all codes of some authenticators are refused for a while (`refusedUntil`). Unlocking ends that too, and the answer names those authenticators. Codes up to the present ones stay spent. Later codes are good when their time comes, also one that was accepted while the clock was ahead.
         */
        post: operations["unlockUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow what happens to the users of your app
         * @description For back ends that cannot receive webhooks. Oldest first, each event exactly once if you send `next` as `after`. Keep `next` together with what you made of the events. Needs the scope `events`. Events stay readable for as long as the operator keeps them in the database (30 days, if nothing else is set).
         */
        get: operations["followEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/time": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the service's time
         * @description A phone or a page can check its own clock with this.
         */
        get: operations["getTime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the public keys
         * @description The keys that sign assertions and access tokens. They may be cached for five minutes.
         */
        get: operations["getPublicKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface webhooks {
    "account.changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user changed their name, e-mail address or user name
         * @description The user changed their name, e-mail address or user name.
         */
        post: operations["onAccountChanged"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "account.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An account was made
         * @description An account was made.
         */
        post: operations["onAccountCreated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "account.secured": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user said that somebody else was in the account, and set a new password
         * @description The user said that somebody else was in the account, and set a new password. All sessions have ended.
         */
        post: operations["onAccountSecured"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "api_key.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The app got another API key
         * @description The app got another API key.
         */
        post: operations["onApiKeyCreated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "api_key.revoked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An API key of the app was revoked
         * @description An API key of the app was revoked.
         */
        post: operations["onApiKeyRevoked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "authenticator.enrolled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An authenticator was added
         * @description An authenticator was added. It counts once its first code is right.
         */
        post: operations["onAuthenticatorEnrolled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "authenticator.confirmed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The first code of an authenticator was right
         * @description The first code of an authenticator was right. The user has a second factor.
         */
        post: operations["onAuthenticatorConfirmed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "authenticator.imported": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An authenticator was taken over from another system
         * @description An authenticator was taken over from another system.
         */
        post: operations["onAuthenticatorImported"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "authenticator.removed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An authenticator was removed
         * @description An authenticator was removed.
         */
        post: operations["onAuthenticatorRemoved"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "authenticator.renamed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * An authenticator got another name
         * @description An authenticator got another name.
         */
        post: operations["onAuthenticatorRenamed"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "authenticator.resynchronised": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Two codes in a row have shown how far the clock of an authenticator is off
         * @description Two codes in a row have shown how far the clock of an authenticator is off.
         */
        post: operations["onAuthenticatorResynchronised"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "authenticator.step_reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Codes of an authenticator are taken again after the service's clock was set back
         * @description Codes of an authenticator are taken again after the service's clock was set back.
         */
        post: operations["onAuthenticatorStepReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "backup_codes.rotated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user has new backup codes
         * @description The user has new backup codes. The ones before are void.
         */
        post: operations["onBackupCodesRotated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "challenge.answered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A code was given to a challenge
         * @description A code was given to a challenge. `outcome` says whether it was right.
         */
        post: operations["onChallengeAnswered"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "challenge.cancelled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user cancelled a challenge
         * @description The user cancelled a challenge.
         */
        post: operations["onChallengeCancelled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "challenge.denied": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The app's hook refused a challenge
         * @description The app's hook refused a challenge. `reason` is what the hook said.
         */
        post: operations["onChallengeDenied"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "code.verified": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A code was checked
         * @description A code was checked. `outcome` says whether it was right.
         */
        post: operations["onCodeVerified"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "device.new": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A user of the user API signed in from a browser and a network that had not been used before
         * @description A user of the user API signed in from a browser and a network that had not been used before.
         */
        post: operations["onDeviceNew"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "device.revoked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A trusted device is trusted no more
         * @description A trusted device is trusted no more.
         */
        post: operations["onDeviceRevoked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "device.trusted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user trusted a device
         * @description The user trusted a device. It is asked for no code until that ends.
         */
        post: operations["onDeviceTrusted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "email.code_sent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A code was sent to the address of an account
         * @description A code was sent to the address of an account. `reason` says what it is good for: `address` or `password`.
         */
        post: operations["onEmailCodeSent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "email.proven": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user proved their e-mail address
         * @description The user proved their e-mail address. With the outcome `failure`, a code for that was wrong.
         */
        post: operations["onEmailProven"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "link.cancelled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user cancelled on the page of a link
         * @description The user cancelled on the page of a link.
         */
        post: operations["onLinkCancelled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "link.created": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A link to a page of this service was made for the user
         * @description A link to a page of this service was made for the user.
         */
        post: operations["onLinkCreated"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "link.opened": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The link was opened
         * @description The link was opened.
         */
        post: operations["onLinkOpened"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "password.changed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user has a new password
         * @description The user has a new password.
         */
        post: operations["onPasswordChanged"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "password.given": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A password was given to log in
         * @description A password was given to log in. `outcome` says whether it was right.
         */
        post: operations["onPasswordGiven"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "password.reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user set a new password by a code from a mail
         * @description The user set a new password by a code from a mail. With the outcome `failure`, a code for that was wrong.
         */
        post: operations["onPasswordReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "second_factor.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user turned two-factor authentication off
         * @description The user turned two-factor authentication off.
         */
        post: operations["onSecondFactorDisabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.reused": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A refresh token was used twice, so the session was ended
         * @description A refresh token was used twice, so the session was ended.
         */
        post: operations["onSessionReused"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "session.revoked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sessions of the user were ended
         * @description Sessions of the user were ended.
         */
        post: operations["onSessionRevoked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.capped": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * After too many wrong codes the user is locked until an operator helps
         * @description After too many wrong codes the user is locked until an operator helps.
         */
        post: operations["onUserCapped"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The user was deleted
         * @description The user was deleted.
         */
        post: operations["onUserDeleted"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.disabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The operator disabled the user
         * @description The operator disabled the user.
         */
        post: operations["onUserDisabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.enabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The operator enabled the user again
         * @description The operator enabled the user again.
         */
        post: operations["onUserEnabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.locked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * After wrong codes in a row no code is taken for a while
         * @description After wrong codes in a row no code is taken for a while.
         */
        post: operations["onUserLocked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.refused": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Attempts are refused without being looked at
         * @description Attempts are refused without being looked at. Sent once a minute at most.
         */
        post: operations["onUserRefused"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The operator took all factors from the user, who has to set one up again
         * @description The operator took all factors from the user, who has to set one up again.
         */
        post: operations["onUserReset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "user.unlocked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A lock was ended before its time
         * @description A lock was ended before its time.
         */
        post: operations["onUserUnlocked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "challenge.creating": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A challenge is about to be made
         * @description Asked of the app's hook, if it has one, and not sent again. Any answer but the documented ones is a failure: `failureMode` says what follows.
         */
        post: operations["onChallengeCreating"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export interface components {
    schemas: {
        OwnApp: {
            id: string;
            name: string;
            /** @description The name that authenticator apps show. */
            issuer: string;
            settings: {
                /** @description How many time steps are accepted on either side of the current one. */
                window: number;
                failuresBeforeLock: number;
                /** @description Origins of pages that may answer challenges. Origins of web views and extensions are accepted, such as `capacitor://localhost`; wildcards are not. If the list is empty, all origins may. In the app `accounts` it lists the origins that may call `/auth`. There an empty list means only the service's own. */
                allowedOrigins: string[];
                /** @description Where the hosted pages may lead back to: an origin and a path, without a query. The scheme is `https`, `http` on this machine, or an app's own, as in `com.example.app:/done`. */
                returnUrls: string[];
                /** @description Whether a call with a key needs a `proof` of an active factor to add, replace or remove a factor, to make new backup codes, or to delete the user. */
                requireProof: boolean;
            };
            key: {
                id: string;
                name: string | null;
                scopes: ("verify" | "enrol" | "users" | "import" | "events")[];
                /** Format: date-time */
                expiresAt: string | null;
            };
        };
        /** @description Problem details (RFC 9457). */
        Problem: {
            /**
             * @description Stable: branch on this. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            code: "malformed_request" | "unauthorized" | "invalid_signature" | "invalid_credentials" | "session_ended" | "invalid_challenge" | "invalid_mailed_code" | "insufficient_scope" | "address_not_allowed" | "origin_not_allowed" | "enrolment_required" | "password_required" | "proof_required" | "registration_closed" | "mail_off" | "second_factor_required" | "user_disabled" | "rebinding_required" | "hook_denied" | "not_found" | "unknown_path" | "not_enrolled" | "method_not_allowed" | "request_timeout" | "already_confirmed" | "already_created" | "too_many_webhooks" | "app_built_in" | "email_taken" | "username_taken" | "conflict" | "enrolment_closed" | "secret_in_use" | "too_many_authenticators" | "link_ended" | "request_too_large" | "unsupported_media_type" | "idempotency_mismatch" | "method_not_accepted" | "return_url_not_registered" | "rate_limited" | "internal_error" | "unreadable_data" | "misconfigured" | "archive_unavailable" | "hook_failed" | "unavailable";
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            title: string;
            status: number;
            /** @description What exactly is wrong this time. */
            detail?: string;
            /** @description The same as in `X-Request-Id` and in the logs. */
            requestId: string;
        };
        /** @description Proves that the user has a factor which is active already. Send either a code or the id of a challenge. A proof is good for one change. It is required if the app has the setting `requireProof`. */
        Proof: {
            /**
             * @description A code that the user has just typed. A wrong one counts as a failure.
             * @example 492039
             */
            code?: string;
            /** @description The id of a challenge with the purpose `factor_change`, which the user answered less than five minutes ago. */
            challengeId?: string;
        };
        DryRun: {
            /** @enum {string} */
            status: "importable";
        };
        NewAuthenticator: components["schemas"]["Enrolment"] | components["schemas"]["Confirmation"];
        Enrolment: {
            id: string;
            /** @enum {string} */
            status: "pending";
            /** @description Base32, for those who type. */
            secret: string;
            /** @example otpauth://totp/Example:ada?issuer=Example&secret=… */
            uri: string;
            qr: {
                svg: string;
                /** @description A data URI. */
                png: string;
                /**
                 * @description How many modules a side has, with its border: at most 125, with error correction M. Show each module with at least three pixels.
                 * @example 53
                 */
                modules: number;
            };
            /** Format: date-time */
            expiresAt: string;
        };
        Confirmation: {
            id: string;
            /** @enum {string} */
            status: "active";
            /** @description Present with the user's first authenticator. They are shown only here. */
            backupCodes?: string[];
        };
        InvalidRequestProblem: {
            /**
             * @description Stable: branch on this. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            code: "invalid_request";
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            title: string;
            status: number;
            /** @description What exactly is wrong this time. */
            detail?: string;
            /** @description The same as in `X-Request-Id` and in the logs. */
            requestId: string;
            /** @description Each field that does not fit, as far as it has a name. */
            errors?: components["schemas"]["FieldError"][];
        };
        FieldError: {
            detail: string;
            /**
             * @description Where the field is in the body: a JSON Pointer as a URI fragment (RFC 6901 §6).
             * @example #/code
             */
            pointer?: string;
            /** @description The name of a parameter in the path, the query or a header. */
            parameter?: string;
        };
        InvalidCodeProblem: {
            /**
             * @description Stable: branch on this. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            code: "invalid_code";
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            title: string;
            status: number;
            /** @description What exactly is wrong this time. */
            detail?: string;
            /** @description The same as in `X-Request-Id` and in the logs. */
            requestId: string;
            /** @description How many wrong codes are left, of a verification with `status=1`. `0` with the wrong code that ends a challenge. */
            attemptsRemaining?: number;
            /**
             * Format: date-time
             * @description When the lock ends. `Retry-After` says the same in seconds.
             */
            lockedUntil?: string;
            /**
             * @description Present if only an operator's reset ends it.
             * @enum {boolean}
             */
            capped?: true;
        };
        LockedProblem: {
            /**
             * @description Stable: branch on this. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            code: "locked";
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            title: string;
            status: number;
            /** @description What exactly is wrong this time. */
            detail?: string;
            /** @description The same as in `X-Request-Id` and in the logs. */
            requestId: string;
            /**
             * Format: date-time
             * @description When the lock ends. `Retry-After` says the same in seconds.
             */
            lockedUntil?: string;
            /**
             * @description Present if only an operator's reset ends it.
             * @enum {boolean}
             */
            capped?: true;
        };
        ClockSkewProblem: {
            /**
             * @description Stable: branch on this. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            code: "clock_skew";
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            title: string;
            status: number;
            /** @description What exactly is wrong this time. */
            detail?: string;
            /** @description The same as in `X-Request-Id` and in the logs. */
            requestId: string;
            /** @description By how many seconds the phone's clock is ahead; negative if behind. */
            offsetSeconds: number;
        };
        TimeZoneProblem: {
            /**
             * @description Stable: branch on this. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            code: "time_zone";
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            title: string;
            status: number;
            /** @description What exactly is wrong this time. */
            detail?: string;
            /** @description The same as in `X-Request-Id` and in the logs. */
            requestId: string;
            /** @description By how many seconds the phone's clock is ahead; negative if behind. */
            offsetSeconds: number;
        };
        ParametersIgnoredProblem: {
            /**
             * @description Stable: branch on this. (enum property replaced by openapi-typescript)
             * @enum {string}
             */
            code: "parameters_ignored";
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            title: string;
            status: number;
            /** @description What exactly is wrong this time. */
            detail?: string;
            /** @description The same as in `X-Request-Id` and in the logs. */
            requestId: string;
            /** @enum {string} */
            algorithm: "SHA1" | "SHA256" | "SHA512";
            digits: number;
            /** @description Seconds. */
            period: number;
        };
        Verification: components["schemas"]["AcceptedCode"] | components["schemas"]["RefusedCode"];
        AcceptedCode: {
            /** @enum {boolean} */
            valid: true;
            /** @enum {string} */
            method: "totp" | "backup_code";
            /** @description The authenticator that made the code. Absent for a backup code. */
            authenticatorId?: string;
            backupCodes: components["schemas"]["BackupCodesLeft"];
        };
        BackupCodesLeft: {
            remaining: number;
            /**
             * @description Present with three or fewer left: it is time for new ones.
             * @enum {string}
             */
            warning?: "few_left";
        };
        RefusedCode: {
            /** @enum {boolean} */
            valid: false;
            /** @description How many wrong codes are left before the user is locked. */
            attemptsRemaining: number;
            /**
             * Format: date-time
             * @description Present if this code locked the user. `Retry-After` says for how many seconds.
             */
            lockedUntil?: string;
            /**
             * @description Present if this code capped the user. Only an operator's reset ends that.
             * @enum {boolean}
             */
            capped?: true;
        };
        Resynchronisation: {
            /** @description The authenticator that made the codes. */
            authenticatorId: string;
        };
        Challenge: {
            id: string;
            /** @description For the browser. */
            token: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description What the user can answer with. */
            methods: ("totp" | "backup_code")[];
        };
        AnsweredChallenge: {
            /** @enum {boolean} */
            valid: true;
            userId: string;
            /** @enum {string} */
            method: "totp" | "backup_code";
            /** @description A signed JWT, for the back end. */
            assertion: string;
            backupCodes: components["schemas"]["BackupCodesLeft"];
        };
        EnrolmentLink: {
            id: string;
            /**
             * Format: uri
             * @description Send the user's browser there. Shown only here.
             */
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        ChallengeLink: {
            id: string;
            /**
             * Format: uri
             * @description Send the user's browser there. Shown only here.
             */
            url: string;
            /** Format: date-time */
            expiresAt: string;
            methods: ("totp" | "backup_code")[];
        };
        Redemption: {
            /** @description The id of the challenge. */
            id: string;
            userId: string;
            /** @enum {string} */
            method: "totp" | "backup_code";
            purpose: string | null;
            /** @description A signed JWT. */
            assertion: string;
        };
        User: {
            /** @description The app that the key belongs to. Compare it with your own, because another app does not know your users. */
            appId: string;
            /** @description False if the app has never enrolled this user, or has deleted them. */
            known: boolean;
            userId: string;
            /** @description Whether a second factor is needed. This is the one field to branch on. It is also true while the user is capped, disabled or reset, when no code is accepted. */
            twoFactor: boolean;
            authenticators: components["schemas"]["Authenticator"][];
            backupCodes: components["schemas"]["BackupCodesLeft"];
            /** Format: date-time */
            lockedUntil: string | null;
            /** @description All codes are refused until an operator resets the user. */
            capped: boolean;
            /** @description The operator has reset the user. Enrolment needs the `rebindToken`. */
            rebindingRequired: boolean;
            disabled: boolean;
        };
        Authenticator: {
            id: string;
            name: string | null;
            /** @enum {string} */
            status: "pending" | "active";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            confirmedAt: string | null;
            /** Format: date-time */
            lastUsedAt: string | null;
            /** @description By how many steps its clock was off when a code of it was last accepted. Codes around that step are accepted, as well as codes around the present one. */
            driftSteps: number;
            /**
             * Format: date-time
             * @description Present only if the service's clock was ahead and has been set back. Every code is refused until then, or until the user is unlocked.
             */
            refusedUntil?: string;
            /**
             * @description 160 for a secret made here. Fewer than 128 only if it was imported with `allowShort`.
             * @example 160
             */
            secretBits: number;
        };
        BackupCodes: {
            /** @description Shown only here. */
            backupCodes: string[];
        };
        Unlocking: {
            /** @description Ids of authenticators. */
            broughtBack: string[];
        };
        EventFeed: {
            items: components["schemas"]["Event"][];
            /** @description Send it as `after`. */
            next: string;
        };
        Event: {
            /** @description The same whenever it is sent again, so that you can tell. Also in the header `webhook-id`. */
            id: string;
            /** @enum {string} */
            type: "account.changed" | "account.created" | "account.secured" | "api_key.created" | "api_key.revoked" | "authenticator.enrolled" | "authenticator.confirmed" | "authenticator.imported" | "authenticator.removed" | "authenticator.renamed" | "authenticator.resynchronised" | "authenticator.step_reset" | "backup_codes.rotated" | "challenge.answered" | "challenge.cancelled" | "challenge.denied" | "code.verified" | "device.new" | "device.revoked" | "device.trusted" | "email.code_sent" | "email.proven" | "link.cancelled" | "link.created" | "link.opened" | "password.changed" | "password.given" | "password.reset" | "second_factor.disabled" | "session.reused" | "session.revoked" | "user.capped" | "user.deleted" | "user.disabled" | "user.enabled" | "user.locked" | "user.refused" | "user.reset" | "user.unlocked";
            /** @enum {number} */
            version: 1;
            /** @description Grows from event to event of a user. */
            sequence: number;
            /** Format: date-time */
            timestamp: string;
            data: components["schemas"]["EventData"];
        };
        EventData: {
            appId: string | null;
            user: {
                /** @description This service's own id of the user. */
                id: string;
                /** @description Your own id of the user. Null once the user is deleted. */
                externalId: string | null;
            } | null;
            /** @enum {string} */
            outcome: "success" | "failure" | "refused";
            /** @description Why it failed or was refused. */
            reason: string | null;
            /**
             * @description What a right code was.
             * @enum {string|null}
             */
            method: "totp" | "backup_code" | null;
            authenticatorId: string | null;
            /** @description Who did it: a key, a session, a link, a challenge, `admin` or `system`. */
            actor: string;
        };
        Time: {
            /** Format: date-time */
            now: string;
            unixSeconds: number;
        };
        JwkSet: {
            keys: {
                /** @enum {string} */
                kty: "EC";
                /** @enum {string} */
                crv: "P-256";
                /** @enum {string} */
                alg: "ES256";
                /** @enum {string} */
                use: "sig";
                kid: string;
                x: string;
                y: string;
            }[];
        };
        /** @description The user changed their name, e-mail address or user name. */
        AccountChangedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "account.changed";
        };
        /** @description An account was made. */
        AccountCreatedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "account.created";
        };
        /** @description The user said that somebody else was in the account, and set a new password. All sessions have ended. */
        AccountSecuredEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "account.secured";
        };
        /** @description The app got another API key. */
        ApiKeyCreatedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "api_key.created";
        };
        /** @description An API key of the app was revoked. */
        ApiKeyRevokedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "api_key.revoked";
        };
        /** @description An authenticator was added. It counts once its first code is right. */
        AuthenticatorEnrolledEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "authenticator.enrolled";
        };
        /** @description The first code of an authenticator was right. The user has a second factor. */
        AuthenticatorConfirmedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "authenticator.confirmed";
        };
        /** @description An authenticator was taken over from another system. */
        AuthenticatorImportedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "authenticator.imported";
        };
        /** @description An authenticator was removed. */
        AuthenticatorRemovedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "authenticator.removed";
        };
        /** @description An authenticator got another name. */
        AuthenticatorRenamedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "authenticator.renamed";
        };
        /** @description Two codes in a row have shown how far the clock of an authenticator is off. */
        AuthenticatorResynchronisedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "authenticator.resynchronised";
        };
        /** @description Codes of an authenticator are taken again after the service's clock was set back. */
        AuthenticatorStepResetEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "authenticator.step_reset";
        };
        /** @description The user has new backup codes. The ones before are void. */
        BackupCodesRotatedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "backup_codes.rotated";
        };
        /** @description A code was given to a challenge. `outcome` says whether it was right. */
        ChallengeAnsweredEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "challenge.answered";
        };
        /** @description The user cancelled a challenge. */
        ChallengeCancelledEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "challenge.cancelled";
        };
        /** @description The app's hook refused a challenge. `reason` is what the hook said. */
        ChallengeDeniedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "challenge.denied";
        };
        /** @description A code was checked. `outcome` says whether it was right. */
        CodeVerifiedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "code.verified";
        };
        /** @description A user of the user API signed in from a browser and a network that had not been used before. */
        DeviceNewEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "device.new";
        };
        /** @description A trusted device is trusted no more. */
        DeviceRevokedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "device.revoked";
        };
        /** @description The user trusted a device. It is asked for no code until that ends. */
        DeviceTrustedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "device.trusted";
        };
        /** @description A code was sent to the address of an account. `reason` says what it is good for: `address` or `password`. */
        EmailCodeSentEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "email.code_sent";
        };
        /** @description The user proved their e-mail address. With the outcome `failure`, a code for that was wrong. */
        EmailProvenEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "email.proven";
        };
        /** @description The user cancelled on the page of a link. */
        LinkCancelledEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "link.cancelled";
        };
        /** @description A link to a page of this service was made for the user. */
        LinkCreatedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "link.created";
        };
        /** @description The link was opened. */
        LinkOpenedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "link.opened";
        };
        /** @description The user has a new password. */
        PasswordChangedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "password.changed";
        };
        /** @description A password was given to log in. `outcome` says whether it was right. */
        PasswordGivenEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "password.given";
        };
        /** @description The user set a new password by a code from a mail. With the outcome `failure`, a code for that was wrong. */
        PasswordResetEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "password.reset";
        };
        /** @description The user turned two-factor authentication off. */
        SecondFactorDisabledEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "second_factor.disabled";
        };
        /** @description A refresh token was used twice, so the session was ended. */
        SessionReusedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "session.reused";
        };
        /** @description Sessions of the user were ended. */
        SessionRevokedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "session.revoked";
        };
        /** @description After too many wrong codes the user is locked until an operator helps. */
        UserCappedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "user.capped";
        };
        /** @description The user was deleted. */
        UserDeletedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "user.deleted";
        };
        /** @description The operator disabled the user. */
        UserDisabledEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "user.disabled";
        };
        /** @description The operator enabled the user again. */
        UserEnabledEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "user.enabled";
        };
        /** @description After wrong codes in a row no code is taken for a while. */
        UserLockedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "user.locked";
        };
        /** @description Attempts are refused without being looked at. Sent once a minute at most. */
        UserRefusedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "user.refused";
        };
        /** @description The operator took all factors from the user, who has to set one up again. */
        UserResetEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "user.reset";
        };
        /** @description A lock was ended before its time. */
        UserUnlockedEvent: components["schemas"]["Event"] & {
            /** @constant */
            type: "user.unlocked";
        };
        /** @description What a hook is asked before a challenge is made. */
        HookQuestion: {
            /** @description New with every question. Also in the header `webhook-id`. */
            id: string;
            /** @constant */
            type: "challenge.creating";
            /** @constant */
            version: 1;
            /** Format: date-time */
            timestamp: string;
            data: {
                /** @description `accounts` for a log-in of the user API. */
                appId: string;
                user: {
                    /** @description This service's own id of the user. */
                    id: string;
                    /** @description Your own id of the user. */
                    externalId: string;
                };
                /** @description As in the call that asks for the challenge. */
                purpose: string | null;
                /** @description What the challenge can be answered with. */
                methods: ("totp" | "backup_code")[];
                /** @description As your back end said in `Stepgate-User-IP` and `Stepgate-User-Agent`, or else its own. */
                endUser: {
                    ip: string | null;
                    userAgent: string | null;
                };
            };
        };
        /** @description What a hook may answer, with status 200, in less than 4 KiB and within two seconds. */
        HookAnswer: {
            /** @constant */
            decision: "allow";
        } | {
            /** @constant */
            decision: "deny";
            /** @description For the audit trail, which keeps 100 printable characters. Name nobody in it. */
            reason?: string;
        } | {
            /** @constant */
            decision: "require";
            /** @description The challenge takes only these. The user must have each of them. */
            methods: ("totp" | "backup_code")[];
        };
    };
    responses: {
        /** @description malformed_request */
        MalformedRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description address_not_allowed */
        AddressNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description request_timeout */
        RequestTimeout: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description request_too_large */
        RequestTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description invalid_request */
        InvalidRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["InvalidRequestProblem"];
            };
        };
        /** @description rate_limited */
        RateLimited: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                RateLimit: components["headers"]["RateLimit"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description internal_error, unreadable_data */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description unavailable */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description not_enrolled */
        NotEnrolled: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description unsupported_media_type */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description not_found */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description conflict */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description invalid_challenge */
        InvalidChallenge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description origin_not_allowed */
        OriginNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description registration_closed */
        RegistrationClosed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description invalid_credentials */
        InvalidCredentials: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description session_ended */
        SessionEnded: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description unauthorized */
        Unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description mail_off */
        MailOff: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description invalid_mailed_code */
        InvalidMailedCode: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description app_built_in */
        AppBuiltIn: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description already_created */
        AlreadyCreated: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description Names this request in the logs and in the audit trail.
         * @example 7f1c2b9e-3a54-4d0e-9c61-52f0a8d3b6e7
         */
        RequestId: string;
        /**
         * @description How many seconds to wait before the next try (RFC 9110 section 10.2.3).
         * @example 30
         */
        RetryAfter: number;
        /**
         * @description With `rate_limited`: which limit was reached, and in how many seconds it is open again at the latest. The form is that of the draft draft-ietf-httpapi-ratelimit-headers.
         * @example "user";r=0;t=60
         */
        RateLimit: string;
        /**
         * @description Where the database answered, for each time that it was asked: its region, whether the primary or a replica, and for how many milliseconds SQL ran. A problem has it too. The form is that of W3C Server Timing.
         * @example d1;dur=0.31;desc="WEUR replica", d1;dur=0.87;desc="ENAM primary"
         */
        ServerTiming: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getOwnApp: {
        parameters: {
            query?: never;
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The app and the key */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "app_wq3dmnzxgy2tanrv",
                     *       "name": "Example Shop",
                     *       "issuer": "Example Shop",
                     *       "settings": {
                     *         "window": 1,
                     *         "failuresBeforeLock": 5,
                     *         "allowedOrigins": [
                     *           "https://shop.example.com"
                     *         ],
                     *         "returnUrls": [
                     *           "https://shop.example.com/2fa/done"
                     *         ],
                     *         "requireProof": false
                     *       },
                     *       "key": {
                     *         "id": "gm4tknrxhazdcmjs",
                     *         "name": "Back end",
                     *         "scopes": [
                     *           "verify",
                     *           "enrol"
                     *         ],
                     *         "expiresAt": null
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["OwnApp"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["AddressNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    enrolAuthenticator: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, such as a UUID. For 24 hours a repeated call with the same key and the same body makes nothing new. */
                "Idempotency-Key"?: string;
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "accountName": "ada@example.com",
                 *       "name": "My phone"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The authenticator app shows it. From the user's second authenticator on, its `name` or number is added. If left out, it is the user id, shortened if need be. It has at most 288 characters when it is percent-encoded, as in the QR code.
                     * @example ada@example.com
                     */
                    accountName?: string;
                    /** @description If left out, it is the app's issuer. It has at most 192 characters when it is percent-encoded. */
                    issuer?: string;
                    /**
                     * @description The user's name for the authenticator.
                     * @example My phone
                     */
                    name?: string;
                    /**
                     * @description Many authenticator apps ignore anything but SHA1, 6 digits and 30 seconds.
                     * @default SHA1
                     * @enum {string}
                     */
                    algorithm?: "SHA1" | "SHA256" | "SHA512";
                    /** @default 6 */
                    digits?: number;
                    /**
                     * @description Seconds.
                     * @default 30
                     */
                    period?: number;
                    /** @description The secret of an authenticator that works already (scope `import`): 128 bits or more, in Base32 unless `encoding` says otherwise. */
                    secret?: string;
                    /**
                     * @description How `secret` is written: in `base32`, `hex` or `base64`, as the `text` whose UTF-8 bytes are the key, or as a whole `otpauth` URI, which also gives the algorithm, the digits and the period.
                     * @default base32
                     * @enum {string}
                     */
                    encoding?: "base32" | "hex" | "base64" | "text" | "otpauth";
                    /**
                     * @description Accepts a secret of 80 to 127 bits that a phone has already. RFC 4226 asks for 128 bits, so the audit trail and the user's status say that it is short.
                     * @default false
                     */
                    allowShort?: boolean;
                    /**
                     * @description With a `secret`: makes the authenticator active at once, without a code.
                     * @default false
                     */
                    active?: boolean;
                    /**
                     * @description By how many steps the phone's clock is off, if the other system knows it (RFC 6238 §6). Codes around that step are accepted, as well as codes around the present one.
                     * @default 0
                     */
                    drift?: number;
                    /** @description The step of the last code that the other system accepted: the number of whole periods since 1970. Codes up to it are refused, and those up to the present step in any case. At most 10 steps after the present one. */
                    lastStep?: number;
                    /**
                     * @description With a `secret`: the code that the phone shows now. It makes the authenticator active at once.
                     * @example 492039
                     */
                    code?: string;
                    /** @description Checks everything, and writes nothing. */
                    dryRun?: boolean;
                    /**
                     * @description With `active` or `code`: whether ten backup codes come with it, if it is the user's first.
                     * @default false
                     */
                    backupCodes?: boolean;
                    /** @description After an operator's reset: the token from its answer. */
                    rebindToken?: string;
                    proof?: components["schemas"]["Proof"];
                };
            };
        };
        responses: {
            /** @description Of a dry run: it could be imported */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "importable"
                     *     }
                     */
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description Pending, or active at once */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewAuthenticator"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, proof_required, user_disabled, rebinding_required */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotEnrolled"];
            408: components["responses"]["RequestTimeout"];
            /** @description too_many_authenticators, secret_in_use, conflict, already_created */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, invalid_code, idempotency_mismatch */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["InvalidRequestProblem"] | components["schemas"]["InvalidCodeProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    confirmAuthenticator: {
        parameters: {
            query?: never;
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "923923"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The code as the user typed or pasted it. Digits of any script are read; blanks, punctuation and invisible characters are ignored. In a backup code, capitals do not matter, 0, 1 and 8 are read as O, I and B, and a list number in front is ignored.
                     * @example 492039
                     */
                    code: string;
                };
            };
        };
        responses: {
            /** @description Active */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "auth_mfrggzdfmztwq2lk",
                     *       "status": "active",
                     *       "backupCodes": [
                     *         "UJZD-EGXD-NCF3-2EPF-3DHO-DZDO",
                     *         "CIS2-JHTL-GMXG-EDN7-3U55-XTPL",
                     *         "PFT7-V4SE-H2KV-J72C-EUVW-75EF",
                     *         "R6ED-T4SY-WB5W-KH7D-NSIP-ZZ7F",
                     *         "K4ZR-I3R2-WYOJ-FLJO-OA7L-QSAJ",
                     *         "2XUI-D5ZZ-ZZG6-ZDME-N4KH-VDGA",
                     *         "JGXB-ENYJ-QWX6-HH75-66TF-JGVQ",
                     *         "6KBN-XJBT-FQXK-WOVO-MPZO-M7WB",
                     *         "BR6Q-MW4W-XFOG-O6MV-N6A6-WFHY",
                     *         "M6L3-VFZ5-ZFKK-IBJ5-J6WJ-IBAG"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Confirmation"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, proof_required, user_disabled */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            /** @description already_confirmed, enrolment_closed, conflict */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, invalid_code, clock_skew, time_zone, parameters_ignored */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["InvalidCodeProblem"] | components["schemas"]["ClockSkewProblem"] | components["schemas"]["TimeZoneProblem"] | components["schemas"]["ParametersIgnoredProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeAuthenticator: {
        parameters: {
            query?: never;
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "proof": {
                 *         "code": "602108"
                 *       }
                 *     }
                 */
                "application/json": {
                    proof?: components["schemas"]["Proof"];
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, proof_required, user_disabled, rebinding_required */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_enrolled, not_found */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, invalid_code */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["InvalidCodeProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    verifyCode: {
        parameters: {
            query?: {
                /** @description For tools that read nothing but the status. A right code is answered with 204. A wrong code, and a user from whom no code is accepted, are answered with 403 and the problem. */
                status?: "1";
            };
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "723914",
                 *       "ip": "192.0.2.1",
                 *       "userAgent": "Mozilla/5.0"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description The code as the user typed or pasted it. Digits of any script are read; blanks, punctuation and invisible characters are ignored. In a backup code, capitals do not matter, 0, 1 and 8 are read as O, I and B, and a list number in front is ignored.
                     * @example 492039
                     */
                    code: string;
                    /**
                     * @description Like the header `Stepgate-User-Ip`, which it overrides.
                     * @example 192.0.2.1
                     */
                    ip?: string;
                    /** @description Like the header `Stepgate-User-Agent`, which it overrides. */
                    userAgent?: string;
                };
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    "Server-Timing": components["headers"]["ServerTiming"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verification"];
                };
            };
            /** @description With `status=1`: the code is right, and spent */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Server-Timing": components["headers"]["ServerTiming"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["InvalidCodeProblem"] | components["schemas"]["LockedProblem"];
                };
            };
            /** @description not_found, not_enrolled */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    resyncAuthenticator: {
        parameters: {
            query?: never;
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "codes": [
                 *         "723914",
                 *         "234562"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * @example [
                     *       "492039",
                     *       "287082"
                     *     ]
                     */
                    codes: string[];
                    /**
                     * @description Like the header `Stepgate-User-Ip`, which it overrides.
                     * @example 192.0.2.1
                     */
                    ip?: string;
                    /** @description Like the header `Stepgate-User-Agent`, which it overrides. */
                    userAgent?: string;
                };
            };
        };
        responses: {
            /** @description The authenticator that made the codes */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Server-Timing": components["headers"]["ServerTiming"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "authenticatorId": "auth_mfrggzdfmztwq2lk"
                     *     }
                     */
                    "application/json": components["schemas"]["Resynchronisation"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, user_disabled, rebinding_required */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, not_enrolled */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, invalid_code */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["InvalidCodeProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createChallenge: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, such as a UUID. For 24 hours a repeated call with the same key and the same body makes nothing new. */
                "Idempotency-Key"?: string;
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "userId": "user-42",
                 *       "purpose": "payment:4711",
                 *       "displayText": "Pay €25.00 to Example Shop",
                 *       "ttlSeconds": 300
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character.
                     * @example user-42
                     */
                    userId: string;
                    /**
                     * @description What the user confirms. It comes back in the assertion. With the purpose `factor_change`, the answered challenge can be used once as the `proof` of a change of the user's factors.
                     * @example payment:4711
                     */
                    purpose?: string;
                    /**
                     * @description What a hosted page tells the user in place of `purpose`, in the user's language and on one line. It is not in the assertion. With the purpose `factor_change` it is refused, because then the page says itself what the code is for.
                     * @example Pay €25.00 to Example Shop
                     */
                    displayText?: string;
                    /**
                     * @description How long the challenge can be answered.
                     * @default 300
                     */
                    ttlSeconds?: number;
                };
            };
        };
        responses: {
            /** @description The challenge */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chal_ob2xg43fmuqhizlt",
                     *       "token": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..dG9rZW4",
                     *       "expiresAt": "2027-03-01T10:07:00.000Z",
                     *       "methods": [
                     *         "totp",
                     *         "backup_code"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Challenge"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, user_disabled, rebinding_required, hook_denied */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, not_enrolled */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, idempotency_mismatch */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            /** @description unavailable, hook_failed */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answerChallenge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..dG9rZW4",
                 *       "code": "766503"
                 *     }
                 */
                "application/json": {
                    token: string;
                    /**
                     * @description The code as the user typed or pasted it. Digits of any script are read; blanks, punctuation and invisible characters are ignored. In a backup code, capitals do not matter, 0, 1 and 8 are read as O, I and B, and a list number in front is ignored.
                     * @example 492039
                     */
                    code: string;
                };
            };
        };
        responses: {
            /** @description The code is right */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "valid": true,
                     *       "userId": "user-42",
                     *       "method": "totp",
                     *       "assertion": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImFzc2VydGlvbitqd3QiLCJraWQiOiIyMDI3LTAzIn0.eyJpc3MiOiJodHRwczovLzJmYS5leGFtcGxlLmNvbSJ9.c2lnbmF0dXJl",
                     *       "backupCodes": {
                     *         "remaining": 10
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AnsweredChallenge"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["InvalidChallenge"];
            403: components["responses"]["OriginNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, invalid_code, method_not_accepted */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["InvalidRequestProblem"] | components["schemas"]["InvalidCodeProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createEnrolmentLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, such as a UUID. For 24 hours a repeated call with the same key and the same body makes nothing new. */
                "Idempotency-Key"?: string;
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "userId": "user-42",
                 *       "accountName": "ada@example.com",
                 *       "returnUrl": "https://shop.example.com/2fa/done"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character.
                     * @example user-42
                     */
                    userId: string;
                    /**
                     * @description Shown in the authenticator app.
                     * @example ada@example.com
                     */
                    accountName: string;
                    /**
                     * @description One of the app's `returnUrls`. It may have a query, but not with `result` or `code`.
                     * @example https://example.com/2fa/done?flow=7
                     */
                    returnUrl?: string;
                };
            };
        };
        responses: {
            /** @description The link */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "link_mvxhe33mnrqw22lo",
                     *       "url": "https://2fa.example.com/enrol/sgl_mvxhe33mnrqw22lo_onswg4tfoqqhizlyoq",
                     *       "expiresAt": "2027-03-01T09:20:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["EnrolmentLink"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, user_disabled, rebinding_required */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description too_many_authenticators, already_created, conflict */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, return_url_not_registered, idempotency_mismatch */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createChallengeLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, such as a UUID. For 24 hours a repeated call with the same key and the same body makes nothing new. */
                "Idempotency-Key"?: string;
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "userId": "user-42",
                 *       "purpose": "payment:4711",
                 *       "displayText": "Pay €25.00 to Example Shop",
                 *       "ttlSeconds": 300,
                 *       "returnUrl": "https://shop.example.com/2fa/done"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character.
                     * @example user-42
                     */
                    userId: string;
                    /**
                     * @description What the user confirms. It comes back in the assertion. With the purpose `factor_change`, the answered challenge can be used once as the `proof` of a change of the user's factors.
                     * @example payment:4711
                     */
                    purpose?: string;
                    /**
                     * @description What a hosted page tells the user in place of `purpose`, in the user's language and on one line. It is not in the assertion. With the purpose `factor_change` it is refused, because then the page says itself what the code is for.
                     * @example Pay €25.00 to Example Shop
                     */
                    displayText?: string;
                    /**
                     * @description How long the challenge can be answered.
                     * @default 300
                     */
                    ttlSeconds?: number;
                    /**
                     * @description One of the app's `returnUrls`. It may have a query, but not with `result` or `code`.
                     * @example https://example.com/2fa/done?flow=7
                     */
                    returnUrl: string;
                };
            };
        };
        responses: {
            /** @description The link */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chal_nrxw4zzanfzsa5di",
                     *       "url": "https://2fa.example.com/challenge/eyJhbGciOiJkaXIifQ..bGluaw",
                     *       "expiresAt": "2027-03-01T10:07:00.000Z",
                     *       "methods": [
                     *         "totp",
                     *         "backup_code"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ChallengeLink"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, user_disabled, rebinding_required, hook_denied */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_found, not_enrolled */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description already_created, conflict */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, return_url_not_registered, idempotency_mismatch */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["InvalidRequestProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            /** @description unavailable, hook_failed */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redeemChallengeLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "c3RlcGdhdGUtb25lLXRpbWUtY29kZQ"
                 *     }
                 */
                "application/json": {
                    /** @description The `code` in the query of the return URL. */
                    code: string;
                };
            };
        };
        responses: {
            /** @description What the user has proved */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chal_nrxw4zzanfzsa5di",
                     *       "userId": "user-42",
                     *       "method": "totp",
                     *       "purpose": "payment:4711",
                     *       "assertion": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImFzc2VydGlvbitqd3QiLCJraWQiOiIyMDI3LTAzIn0.eyJpc3MiOiJodHRwczovLzJmYS5leGFtcGxlLmNvbSJ9.c2lnbmF0dXJl"
                     *     }
                     */
                    "application/json": components["schemas"]["Redemption"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "appId": "app_wq3dmnzxgy2tanrv",
                     *       "known": true,
                     *       "userId": "user-42",
                     *       "twoFactor": true,
                     *       "authenticators": [
                     *         {
                     *           "id": "auth_mfrggzdfmztwq2lk",
                     *           "name": "My phone",
                     *           "status": "active",
                     *           "createdAt": "2027-03-01T09:05:00.000Z",
                     *           "confirmedAt": "2027-03-01T09:06:10.000Z",
                     *           "lastUsedAt": "2027-03-01T10:00:10.000Z",
                     *           "driftSteps": 0,
                     *           "secretBits": 160
                     *         }
                     *       ],
                     *       "backupCodes": {
                     *         "remaining": 10
                     *       },
                     *       "lockedUntil": null,
                     *       "capped": false,
                     *       "rebindingRequired": false,
                     *       "disabled": false
                     *     }
                     */
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "proof": {
                 *         "code": "602108"
                 *       }
                 *     }
                 */
                "application/json": {
                    proof?: components["schemas"]["Proof"];
                };
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, proof_required, user_disabled, rebinding_required */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_enrolled, not_found */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, invalid_code */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["InvalidRequestProblem"] | components["schemas"]["InvalidCodeProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    rotateBackupCodes: {
        parameters: {
            query?: never;
            header?: {
                /** @description Any text of your own, such as a UUID. For 24 hours a repeated call with the same key and the same body makes nothing new. */
                "Idempotency-Key"?: string;
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "proof": {
                 *         "code": "602108"
                 *       }
                 *     }
                 */
                "application/json": {
                    proof?: components["schemas"]["Proof"];
                };
            };
        };
        responses: {
            /** @description The new codes */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "backupCodes": [
                     *         "UJZD-EGXD-NCF3-2EPF-3DHO-DZDO",
                     *         "CIS2-JHTL-GMXG-EDN7-3U55-XTPL",
                     *         "PFT7-V4SE-H2KV-J72C-EUVW-75EF",
                     *         "R6ED-T4SY-WB5W-KH7D-NSIP-ZZ7F",
                     *         "K4ZR-I3R2-WYOJ-FLJO-OA7L-QSAJ",
                     *         "2XUI-D5ZZ-ZZG6-ZDME-N4KH-VDGA",
                     *         "JGXB-ENYJ-QWX6-HH75-66TF-JGVQ",
                     *         "6KBN-XJBT-FQXK-WOVO-MPZO-M7WB",
                     *         "BR6Q-MW4W-XFOG-O6MV-N6A6-WFHY",
                     *         "M6L3-VFZ5-ZFKK-IBJ5-J6WJ-IBAG"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BackupCodes"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope, proof_required, user_disabled, rebinding_required */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not_enrolled, not_found */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            /** @description conflict, already_created */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["RequestTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description invalid_request, invalid_code, idempotency_mismatch */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["InvalidRequestProblem"] | components["schemas"]["InvalidCodeProblem"];
                };
            };
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    unlockUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path: {
                /** @description Your own id of the user, percent-encoded in the path. Use an id that never changes, not an e-mail address. Ids are compared byte for byte, in Unicode's form NFC, so capitals matter. `.` and `..` are refused, because a path cannot hold them. U+FFFD is refused, because it stands for a lost character. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. These authenticators take codes again */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "broughtBack": [
                     *         "auth_mfrggzdfmztwq2lk"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Unlocking"];
                };
            };
            /** @description Done */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["InvalidRequest"];
            /** @description rate_limited, locked */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Retry-After": components["headers"]["RetryAfter"];
                    RateLimit: components["headers"]["RateLimit"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["LockedProblem"];
                };
            };
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    followEvents: {
        parameters: {
            query?: {
                /** @description `next` of the answer before. If it is left out, what happens from now on. */
                after?: string;
                /** @description Where to begin, if there is no `after` yet. */
                since?: string;
                /** @description Only these, separated by commas. */
                types?: string;
                limit?: number;
                /** @description How many seconds to wait for an event, if there is none yet. */
                wait?: number | null;
            };
            header?: {
                /** @description The address of the end user, for the audit trail. If neither header is sent, the audit trail has the address and the user agent of this call. */
                "Stepgate-User-Ip"?: string;
                /** @description The user agent of the end user, for the audit trail. The first 512 characters are kept. */
                "Stepgate-User-Agent"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "evt_1803895210000000",
                     *           "type": "code.verified",
                     *           "version": 1,
                     *           "sequence": 1803895210000000,
                     *           "timestamp": "2027-03-01T10:00:10.000Z",
                     *           "data": {
                     *             "appId": "app_wq3dmnzxgy2tanrv",
                     *             "user": {
                     *               "id": "usr_k5xw4ylsmv3gqzlb",
                     *               "externalId": "user-42"
                     *             },
                     *             "outcome": "success",
                     *             "reason": null,
                     *             "method": "totp",
                     *             "authenticatorId": "auth_mfrggzdfmztwq2lk",
                     *             "actor": "key:gm4tknrxhazdcmjs"
                     *           }
                     *         }
                     *       ],
                     *       "next": "1803895210000000"
                     *     }
                     */
                    "application/json": components["schemas"]["EventFeed"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description unauthorized, invalid_signature */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description address_not_allowed, insufficient_scope */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["RequestTooLarge"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["RateLimited"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTime: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Now */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "now": "2027-03-01T10:00:10.000Z",
                     *       "unixSeconds": 1803895210
                     *     }
                     */
                    "application/json": components["schemas"]["Time"];
                };
            };
            429: components["responses"]["RateLimited"];
        };
    };
    getPublicKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JWK set (RFC 7517) */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "EC",
                     *           "crv": "P-256",
                     *           "alg": "ES256",
                     *           "use": "sig",
                     *           "kid": "2027-03",
                     *           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                     *           "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["JwkSet"];
                };
            };
            429: components["responses"]["RateLimited"];
        };
    };
    onAccountChanged: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "account.changed",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AccountChangedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAccountCreated: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "account.created",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AccountCreatedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAccountSecured: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "account.secured",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AccountSecuredEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onApiKeyCreated: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "api_key.created",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": null,
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ApiKeyCreatedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onApiKeyRevoked: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "api_key.revoked",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": null,
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ApiKeyRevokedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAuthenticatorEnrolled: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "authenticator.enrolled",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuthenticatorEnrolledEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAuthenticatorConfirmed: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "authenticator.confirmed",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuthenticatorConfirmedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAuthenticatorImported: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "authenticator.imported",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuthenticatorImportedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAuthenticatorRemoved: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "authenticator.removed",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuthenticatorRemovedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAuthenticatorRenamed: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "authenticator.renamed",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuthenticatorRenamedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAuthenticatorResynchronised: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "authenticator.resynchronised",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuthenticatorResynchronisedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onAuthenticatorStepReset: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "authenticator.step_reset",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["AuthenticatorStepResetEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onBackupCodesRotated: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "backup_codes.rotated",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["BackupCodesRotatedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onChallengeAnswered: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "challenge.answered",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": "totp",
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ChallengeAnsweredEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onChallengeCancelled: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "challenge.cancelled",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ChallengeCancelledEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onChallengeDenied: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "challenge.denied",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["ChallengeDeniedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onCodeVerified: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "code.verified",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": "totp",
                 *         "authenticatorId": "auth_mfrggzdfmztwq2lk",
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["CodeVerifiedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeviceNew: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "device.new",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["DeviceNewEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeviceRevoked: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "device.revoked",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["DeviceRevokedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onDeviceTrusted: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "device.trusted",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["DeviceTrustedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onEmailCodeSent: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "email.code_sent",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["EmailCodeSentEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onEmailProven: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "email.proven",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["EmailProvenEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onLinkCancelled: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "link.cancelled",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["LinkCancelledEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onLinkCreated: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "link.created",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["LinkCreatedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onLinkOpened: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "link.opened",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["LinkOpenedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onPasswordChanged: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "password.changed",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PasswordChangedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onPasswordGiven: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "password.given",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PasswordGivenEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onPasswordReset: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "password.reset",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["PasswordResetEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onSecondFactorDisabled: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "second_factor.disabled",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SecondFactorDisabledEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onSessionReused: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "session.reused",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SessionReusedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onSessionRevoked: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "session.revoked",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["SessionRevokedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onUserCapped: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "user.capped",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserCappedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onUserDeleted: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "user.deleted",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": null
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserDeletedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onUserDisabled: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "user.disabled",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserDisabledEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onUserEnabled: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "user.enabled",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserEnabledEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onUserLocked: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "user.locked",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserLockedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onUserRefused: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "user.refused",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "refused",
                 *         "reason": "locked",
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserRefusedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onUserReset: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "user.reset",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserResetEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onUserUnlocked: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "evt_1803895210000000",
                 *       "type": "user.unlocked",
                 *       "version": 1,
                 *       "sequence": 1803895210000000,
                 *       "timestamp": "2027-03-01T10:00:10.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "outcome": "success",
                 *         "reason": null,
                 *         "method": null,
                 *         "authenticatorId": null,
                 *         "actor": "key:gm4tknrxhazdcmjs"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["UserUnlockedEvent"];
            };
        };
        responses: {
            /** @description Taken. Anything else, and the message is sent again. */
            "2XX": {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    onChallengeCreating: {
        parameters: {
            query?: never;
            header: {
                /** @description The id of the message, the same whenever it is sent again. */
                "webhook-id": string;
                /** @description When it was sent: seconds since 1970. Refuse what is five minutes old. */
                "webhook-timestamp": string;
                /** @description `v1,` and the signature in Base64; while the secret is replaced, two of them. */
                "webhook-signature": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "hook_7f1c2b9e-3a54-4d0e-9c61-52f0a8d3b6e7",
                 *       "type": "challenge.creating",
                 *       "version": 1,
                 *       "timestamp": "2027-03-01T10:02:00.000Z",
                 *       "data": {
                 *         "appId": "app_wq3dmnzxgy2tanrv",
                 *         "user": {
                 *           "id": "usr_k5xw4ylsmv3gqzlb",
                 *           "externalId": "user-42"
                 *         },
                 *         "purpose": "payment:4711",
                 *         "methods": [
                 *           "totp",
                 *           "backup_code"
                 *         ],
                 *         "endUser": {
                 *           "ip": "192.0.2.1",
                 *           "userAgent": "Mozilla/5.0"
                 *         }
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["HookQuestion"];
            };
        };
        responses: {
            /** @description The decision */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "decision": "require",
                     *       "methods": [
                     *         "totp"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["HookAnswer"];
                };
            };
        };
    };
}
