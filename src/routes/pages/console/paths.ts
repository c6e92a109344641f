/** Where the console is. */

export const HOME = "/console";
export const SIGN_IN = `${HOME}/sign-in`;
