/** What we use of it, by the file that is in no runtime under another name. */
declare module "punycode/punycode.es6.js" {
  export function toUnicode(domain: string): string;
}
