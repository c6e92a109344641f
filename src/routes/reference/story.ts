/**
 * The one story that all examples tell: the operator of an online shop makes an app and a key, Ada sets up her phone, and logs in with its
 * codes. Each code is what the phone shows at that moment of the story.
 */

export const APP_ID = "app_wq3dmnzxgy2tanrv";
export const KEY_ID = "gm4tknrxhazdcmjs";
/** Ada, as the shop calls her, and as the service does. */
export const USER_ID = "user-42";
export const OWN_USER_ID = "usr_k5xw4ylsmv3gqzlb";
export const EMAIL = "ada@example.com";
export const AUTHENTICATOR_ID = "auth_mfrggzdfmztwq2lk";
/** The test key of RFC 6238, appendix B. */
export const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
export const RETURN_URL = "https://shop.example.com/2fa/done";

/** What happens when. */
export const AT = {
  appMade: "2027-03-01T09:00:00.000Z",
  keyMade: "2027-03-01T09:01:00.000Z",
  enrolled: "2027-03-01T09:05:00.000Z",
  enrolmentEnds: "2027-03-01T09:20:00.000Z",
  confirmed: "2027-03-01T09:06:10.000Z",
  loggedIn: "2027-03-01T10:00:10.000Z",
  challenged: "2027-03-01T10:02:00.000Z",
  challengeEnds: "2027-03-01T10:07:00.000Z",
} as const;

/** The codes of Ada's phone at these times. A test computes them again. */
export const CODES = {
  "2027-03-01T09:06:10.000Z": "923923",
  "2027-03-01T10:00:10.000Z": "723914",
  "2027-03-01T10:00:40.000Z": "234562",
  "2027-03-01T10:01:10.000Z": "788569",
  "2027-03-01T10:02:10.000Z": "766503",
  "2027-03-01T10:03:10.000Z": "602108",
} as const;

export const BACKUP_CODES = [
  "UJZD-EGXD-NCF3-2EPF-3DHO-DZDO",
  "CIS2-JHTL-GMXG-EDN7-3U55-XTPL",
  "PFT7-V4SE-H2KV-J72C-EUVW-75EF",
  "R6ED-T4SY-WB5W-KH7D-NSIP-ZZ7F",
  "K4ZR-I3R2-WYOJ-FLJO-OA7L-QSAJ",
  "2XUI-D5ZZ-ZZG6-ZDME-N4KH-VDGA",
  "JGXB-ENYJ-QWX6-HH75-66TF-JGVQ",
  "6KBN-XJBT-FQXK-WOVO-MPZO-M7WB",
  "BR6Q-MW4W-XFOG-O6MV-N6A6-WFHY",
  "M6L3-VFZ5-ZFKK-IBJ5-J6WJ-IBAG",
];

export const ASSERTION =
  "eyJhbGciOiJFUzI1NiIsInR5cCI6ImFzc2VydGlvbitqd3QiLCJraWQiOiIyMDI3LTAzIn0.eyJpc3MiOiJodHRwczovLzJmYS5leGFtcGxlLmNvbSJ9.c2lnbmF0dXJl";
