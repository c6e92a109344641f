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
         * @description For a check when a back end starts: is the service there, is this the right app's key, and has it the scopes that are needed. Takes a key of any scope.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
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
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            name: string;
                            issuer: string;
                            settings: {
                                /** @description How many time steps are accepted on either side of the current one. */
                                window: number;
                                failuresBeforeLock: number;
                                /** @description Browser origins that may answer challenges. They may be of web views and extensions, such as `capacitor://localhost`, but may not have a wildcard. If the list is empty, all origins may. For the app `accounts`: the origins that may call `/auth`. If the list is empty, only the service's own may. */
                                allowedOrigins: string[];
                                /** @description Where the hosted pages may lead back to: origin and path, without query. `https`, a local `http`, or an app's own scheme such as `com.example.app:/done`. */
                                returnUrls: string[];
                                /** @description Whether a key has to send a `proof` of an active factor to add, replace or remove one, to make new backup codes, or to delete the user. */
                                requireProof: boolean;
                            };
                            key: {
                                id: string;
                                name: string | null;
                                scopes: ("verify" | "enrol" | "users" | "import")[];
                                /** Format: date-time */
                                expiresAt: string | null;
                            };
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description Answers a pending authenticator with its secret, URI and QR code, which are shown only here. It counts for nothing until it is confirmed, and expires after 15 minutes. The first enrolment makes the user. Whoever holds the key may do this, so it is your back end's duty to see that the user themselves asks for it, with a factor that they have, and not somebody in their session: send that as `proof`, and it is decided in the same transaction. An enrolment that was begun without a proof cannot be confirmed where the app demands one and the user has a factor by then.
         *
         *     With a `secret` of your own (scope `import`, beside `enrol`) a phone that works already moves over. Left at that, it is pending like any other, and a code confirms it. With `code`, which the user has just typed, it is active at once, and the code is spent; a wrong one makes nothing, and is no guess. With `active` it is active without a code: the code of this moment may have been used where the phone comes from, and is refused; the next one passes. Let the other system accept nothing from then on: each of the two takes a code once.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description A repeated call with the same key and body makes nothing new, for 24 h. */
                    "idempotency-key"?: string;
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        /**
                         * @description Shown in the authenticator app, from the second authenticator on with its `name` or number behind it. Left out: the user id, shortened if need be. At most 288 characters when it is percent-encoded, as in the QR code.
                         * @example ada@example.com
                         */
                        accountName?: string;
                        /** @description If left out, it is the app's issuer. At most 192 characters when it is percent-encoded. */
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
                        /** @description 128 bits or more, in Base32 unless `encoding` says otherwise: imports it (scope `import`). */
                        secret?: string;
                        /**
                         * @description How `secret` is written: in `base32`, `hex` or `base64`, as the `text` whose UTF-8 bytes are the key, or as a whole `otpauth` URI, which also says algorithm, digits and period.
                         * @default base32
                         * @enum {string}
                         */
                        encoding?: "base32" | "hex" | "base64" | "text" | "otpauth";
                        /**
                         * @description Takes a secret of 80 to 127 bits, which a phone has already. RFC 4226 asks for 128; the audit trail and the user's status name such a one.
                         * @default false
                         */
                        allowShort?: boolean;
                        /**
                         * @description With a `secret`: makes the authenticator active at once, without a code.
                         * @default false
                         */
                        active?: boolean;
                        /**
                         * @description With a `secret`: the code that the phone shows now. It makes the authenticator active at once.
                         * @example 492039
                         */
                        code?: string;
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
                /** @description Pending, or active at once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
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
                                 * @description A side of it, with its border: at most 125, with error correction M. Show it with at least three pixels each.
                                 * @example 53
                                 */
                                modules: number;
                            };
                            /** Format: date-time */
                            expiresAt: string;
                        } | {
                            id: string;
                            /** @enum {string} */
                            status: "active";
                            /** @description With the first one only, and only here. */
                            backupCodes?: string[];
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, proof_required, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_enrolled */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description too_many_authenticators, secret_in_use, conflict, already_created */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, invalid_code, idempotency_mismatch */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description The first right code makes the authenticator active, and is spent by it. With the user's first authenticator come ten backup codes, which are shown only here. Five wrong codes end the enrolment; they never lock the user. A wrong code is looked at more closely here than anywhere else: `clock_skew`, `time_zone` and `parameters_ignored` say what to do about the phone.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description As typed or pasted: digits of any script, with blanks, punctuation and invisible characters. A backup code in any case, with 0, 1 and 8 for O, I and B, behind its number in a list.
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
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {string} */
                            status: "active";
                            /** @description With the first one only, and only here. */
                            backupCodes?: string[];
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, proof_required, user_disabled */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description already_confirmed, enrolment_closed, conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, invalid_code, clock_skew, time_zone, parameters_ignored */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description With the last active one the backup codes go too: alone they are no factor. Whoever holds the key may do this, so it is your back end's duty to see that the user themselves asks for it, with a factor that they have, and not somebody in their session: send that as `proof`, and it is decided in the same transaction. It stands in a JSON body, never in the URL.
         */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        proof?: components["schemas"]["Proof"];
                    };
                };
            };
            responses: {
                /** @description Done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, proof_required, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_enrolled, not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, invalid_code */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description Is this code right? A right one is spent by the asking. A wrong one counts as a failure: five in a row lock the user for 30 seconds, and every further one for twice as long, up to an hour. A code that was right before, sent again, is refused without being counted.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description As typed or pasted: digits of any script, with blanks, punctuation and invisible characters. A backup code in any case, with 0, 1 and 8 for O, I and B, behind its number in a list.
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
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {boolean} */
                            valid: true;
                            /** @enum {string} */
                            method: "totp" | "backup_code";
                            authenticatorId?: string;
                            backupCodes: {
                                remaining: number;
                                /**
                                 * @description Present with three or fewer left: it is time for new ones.
                                 * @enum {string}
                                 */
                                warning?: "few_left";
                            };
                        } | {
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
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_found, not_enrolled */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description For a device whose clock is off by more than the app's `window` since its last code, and by ten steps at most: two codes in a row. Both are spent by it, and from then on codes around there are right too. Counted like a verification, and not to be taken for one: it lets codes pass that are too old to log anybody in. Ask for a code afterwards.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
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
                /** @description Whose codes they are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            authenticatorId: string;
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_found, not_enrolled */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, invalid_code */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description Give the token to the browser, which answers at `POST /v1/challenges/verify`; keep the id, and compare it with `jti` of the assertion.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description A repeated call with the same key and body makes nothing new, for 24 h. */
                    "idempotency-key"?: string;
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost.
                         * @example user-42
                         */
                        userId: string;
                        /**
                         * @description What is being confirmed; comes back in the assertion. Of one whose purpose is `factor_change` the answer is good as the `proof` of one change of the user's factors.
                         * @example payment:4711
                         */
                        purpose?: string;
                        /** @default 300 */
                        ttlSeconds?: number;
                    };
                };
            };
            responses: {
                /** @description The challenge */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            token: string;
                            /** Format: date-time */
                            expiresAt: string;
                            methods: ("totp" | "backup_code")[];
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_found, not_enrolled */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, idempotency_mismatch */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description Needs no API key: the browser or the app calls it with the token and the user's code. The assertion is a JWT (`typ: assertion+jwt`, ES256, two minutes) that the back end checks with `/.well-known/jwks.json`: `aud` is the app's id, `jti` the challenge's id, and `purpose` what was asked for. Where the app has registered origins, the request's `Origin` has to be one of them.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        token: string;
                        /**
                         * @description As typed or pasted: digits of any script, with blanks, punctuation and invisible characters. A backup code in any case, with 0, 1 and 8 for O, I and B, behind its number in a list.
                         * @example 492039
                         */
                        code: string;
                    };
                };
            };
            responses: {
                /** @description Right */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {boolean} */
                            valid: true;
                            userId: string;
                            /** @enum {string} */
                            method: "totp" | "backup_code";
                            assertion: string;
                            backupCodes: {
                                remaining: number;
                                /**
                                 * @description Present with three or fewer left: it is time for new ones.
                                 * @enum {string}
                                 */
                                warning?: "few_left";
                            };
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_challenge */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description origin_not_allowed */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, invalid_code */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description A page of ours that walks the user through setting up an authenticator, in the app's name. The link is good for 15 minutes and for the first browser that opens it, which then has 15 minutes to finish; whatever ends open challenges of the user ends it too. A user with an active factor gives a code of it first. The page leads back to `returnUrl` with `result=success` or `result=cancelled`: believe `GET /v1/users/{userId}`, not the query.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description A repeated call with the same key and body makes nothing new, for 24 h. */
                    "idempotency-key"?: string;
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost.
                         * @example user-42
                         */
                        userId: string;
                        /**
                         * @description Shown in the authenticator app.
                         * @example ada@example.com
                         */
                        accountName: string;
                        /**
                         * @description One of the app's `returnUrls`; it may have a query, without `result` and `code`.
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
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /**
                             * Format: uri
                             * @description Send the user's browser there. Shown only here.
                             */
                            url: string;
                            /** Format: date-time */
                            expiresAt: string;
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description too_many_authenticators, already_created, conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, return_url_not_registered, idempotency_mismatch */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description A page of ours that asks the user for a code and leads back to `returnUrl` with `result=success` and a one-time `code`, or with `result=cancelled`. Redeem the code within two minutes; keep the id, and compare it with the one that comes with the assertion.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description A repeated call with the same key and body makes nothing new, for 24 h. */
                    "idempotency-key"?: string;
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /**
                         * @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost.
                         * @example user-42
                         */
                        userId: string;
                        /**
                         * @description What is being confirmed; comes back in the assertion. Of one whose purpose is `factor_change` the answer is good as the `proof` of one change of the user's factors.
                         * @example payment:4711
                         */
                        purpose?: string;
                        /** @default 300 */
                        ttlSeconds?: number;
                        /**
                         * @description One of the app's `returnUrls`; it may have a query, without `result` and `code`.
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
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
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
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_found, not_enrolled */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description already_created, conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, return_url_not_registered, idempotency_mismatch */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description Once, within two minutes, with a key of the same app. Compare `id` and `purpose` with what was asked for. The assertion is the one of `POST /v1/challenges/verify`.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description The `code` in the query of the return URL. */
                        code: string;
                    };
                };
            };
            responses: {
                /** @description What was answered */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @description The id of the challenge. */
                            id: string;
                            userId: string;
                            /** @enum {string} */
                            method: "totp" | "backup_code";
                            purpose: string | null;
                            assertion: string;
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description After the password: let in only who is `twoFactor: false` in an answer of status 200 with your own `appId`. Whatever else comes back, or nothing, is no log-in.
         */
        get: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The user */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Delete a user
         * @description With authenticators, backup codes and open challenges. The audit trail stays. The user has no second factor then, and may begin anew: Whoever holds the key may do this, so it is your back end's duty to see that the user themselves asks for it, with a factor that they have, and not somebody in their session: send that as `proof`, and it is decided in the same transaction. It stands in a JSON body, never in the URL.
         */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        proof?: components["schemas"]["Proof"];
                    };
                };
            };
            responses: {
                /** @description Done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, proof_required, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_enrolled, not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, invalid_code */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description Ten new ones, shown only here. The old set dies at once, and so do open challenges. Whoever holds the key may do this, so it is your back end's duty to see that the user themselves asks for it, with a factor that they have, and not somebody in their session: send that as `proof`, and it is decided in the same transaction.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description A repeated call with the same key and body makes nothing new, for 24 h. */
                    "idempotency-key"?: string;
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": {
                        proof?: components["schemas"]["Proof"];
                    };
                };
            };
            responses: {
                /** @description The new codes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            backupCodes: string[];
                        };
                    };
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope, proof_required, user_disabled, rebinding_required */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_enrolled, not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflict, already_created */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unsupported_media_type */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request, invalid_code, idempotency_mismatch */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * @description Ends a lock and sets the failures to 0. It does not end a cap: only an operator's reset does. Where the service's clock was ahead and has been set back, it also ends that every code is refused (`refusedUntil` of an authenticator), and names whose: codes up to the present ones stay spent, those of later steps are good when their time comes, also one that was accepted while the clock was ahead.
         */
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The end user's address, for the audit trail. Left out, with the user agent: your own. */
                    "Stepgate-User-Ip"?: string;
                    /** @description The end user's, for the audit trail; the first 512 characters are kept. */
                    "Stepgate-User-Agent"?: string;
                };
                path: {
                    /** @description Your own name for the user, percent-encoded in the path: best an id that never changes, not an e-mail address. Capitals matter: compared byte for byte, in Unicode's form NFC. Not `.` or `..`, which no path can hold, nor with U+FFFD, which stands for what was lost. */
                    userId: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done, and the spent steps of these authenticators are no longer ahead */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            broughtBack: string[];
                        };
                    };
                };
                /** @description Done */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description malformed_request */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unauthorized */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description insufficient_scope */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description not_found */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_timeout */
                408: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description conflict */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description request_too_large */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description invalid_request */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description rate_limited, locked */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description internal_error, unreadable_data */
                500: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description unavailable */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
         * What time it is here
         * @description For a phone or a page that wants to know whether its own clock is right.
         */
        get: {
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
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** Format: date-time */
                            now: string;
                            unixSeconds: number;
                        };
                    };
                };
                /** @description rate_limited */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        /** The keys that sign assertions and access tokens */
        get: {
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
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
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
                    };
                };
                /** @description rate_limited */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description RFC 9457 problem details. */
        Problem: {
            /**
             * Format: uri
             * @description A page about this code.
             */
            type: string;
            /**
             * @description Stable: branch on this.
             * @enum {string}
             */
            code: "malformed_request" | "unauthorized" | "invalid_credentials" | "session_ended" | "invalid_challenge" | "insufficient_scope" | "origin_not_allowed" | "enrolment_required" | "password_required" | "proof_required" | "registration_closed" | "second_factor_required" | "user_disabled" | "rebinding_required" | "not_found" | "unknown_path" | "not_enrolled" | "method_not_allowed" | "request_timeout" | "already_confirmed" | "already_created" | "app_built_in" | "email_taken" | "username_taken" | "conflict" | "enrolment_closed" | "secret_in_use" | "too_many_authenticators" | "link_ended" | "request_too_large" | "unsupported_media_type" | "clock_skew" | "idempotency_mismatch" | "invalid_code" | "invalid_request" | "parameters_ignored" | "return_url_not_registered" | "time_zone" | "weak_password" | "locked" | "rate_limited" | "internal_error" | "unreadable_data" | "misconfigured" | "unavailable";
            title: string;
            status: number;
            detail?: string;
            /**
             * Format: date-time
             * @description With `locked`, and with the wrong code that locks: `Retry-After` in words.
             */
            lockedUntil?: string;
            /**
             * @description In its place: locked until an operator's reset.
             * @enum {boolean}
             */
            capped?: true;
            /** @description With `clock_skew` and `time_zone`: by how much the phone's clock is ahead. */
            offsetSeconds?: number;
            /** @description As in the X-Request-Id header and in the logs. */
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
        User: {
            /** @description The key's app. Compare it with yours: to another app your users are unknown. */
            appId: string;
            /** @description False for somebody whom the app has never named, or has deleted: no enrolment was ever begun. */
            known: boolean;
            userId: string;
            /** @description Whether a second factor is needed: the one word to branch on. Also true when the user is capped, disabled or was reset: then none can be given. */
            twoFactor: boolean;
            authenticators: {
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
                /** @description By how many steps its clock was off at the last success. Codes around there are right, beside those around now. */
                driftSteps: number;
                /**
                 * Format: date-time
                 * @description Only where the service's clock was ahead and has been set back: every code is refused until then, or until the user is unlocked.
                 */
                refusedUntil?: string;
                /**
                 * @description 160 of our own; fewer than 128 only of one that was imported with `allowShort`.
                 * @example 160
                 */
                secretBits: number;
            }[];
            backupCodes: {
                remaining: number;
                /**
                 * @description Present with three or fewer left: it is time for new ones.
                 * @enum {string}
                 */
                warning?: "few_left";
            };
            /** Format: date-time */
            lockedUntil: string | null;
            /** @description Refused for good, until an operator resets the user. */
            capped: boolean;
            /** @description Reset by an operator: enrolment needs the `rebindToken`. */
            rebindingRequired: boolean;
            disabled: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
