/** The paths of the console. */

export const HOME = "/console";
export const SIGN_IN = `${HOME}/sign-in`;
