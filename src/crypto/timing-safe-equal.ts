const utf8 = new TextEncoder();

/** Whether two strings are equal, in a time that depends only on their lengths. */
export function timingSafeEqual(a: string, b: string): boolean {
  const left = utf8.encode(a);
  const right = utf8.encode(b);
  return left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
}
