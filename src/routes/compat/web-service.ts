/**
 * What an ASP.NET web service (.asmx) says and reads: XML, JSON and SOAP 1.1. It is written for the
 * two operations of AuthenticatorAPI.com.
 */

import { fieldsFrom, type Fields } from "./fields";
import type { Pairing } from "./pairing";

export type Operation = "Pair" | "ValidatePin";
export type Result = Pairing | boolean;

const NAMESPACE = "http://authenticatorapi.com/";
const XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const PROLOGUE = '<?xml version="1.0" encoding="utf-8"?>';

/** The answer to a GET and to a form. */
export function toXml(result: Result): string {
  if (typeof result === "boolean") {
    return `${PROLOGUE}\n<boolean xmlns="${NAMESPACE}">${result}</boolean>`;
  }
  const members = elementsOf(result).map((element) => `  ${element}\n`);
  return `${PROLOGUE}\n<PairingInfo ${XSD} ${XSI} xmlns="${NAMESPACE}">\n${members.join("")}</PairingInfo>`;
}

/** The answer to a SOAP 1.1 call. */
export function toSoap(operation: Operation, result: Result): string {
  const content = typeof result === "boolean" ? String(result) : elementsOf(result).join("");
  const answer = `<${operation}Response xmlns="${NAMESPACE}"><${operation}Result>${content}</${operation}Result></${operation}Response>`;
  const soap = 'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"';
  return `${PROLOGUE}<soap:Envelope ${soap} ${XSI} ${XSD}><soap:Body>${answer}</soap:Body></soap:Envelope>`;
}

/** The answer to JSON. Characters that have a meaning in HTML are escaped, as .NET does. */
export function toJson(result: Result): string {
  const d =
    typeof result === "boolean"
      ? result
      : { ManualSetupCode: result.manualSetupCode, Html: result.html };
  return JSON.stringify({ d }).replaceAll(/[<>&']/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function elementsOf({ manualSetupCode, html }: Pairing): string[] {
  return [
    `<ManualSetupCode>${manualSetupCode}</ManualSetupCode>`,
    `<Html>${escapeText(html)}</Html>`,
  ];
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The operation that a SOAPAction header names (SOAP 1.1 §6.1.1), quoted or not. */
export function operationOf(soapAction: string | undefined): Operation | null {
  const name = soapAction?.trim().replaceAll('"', "");
  if (name === `${NAMESPACE}Pair`) return "Pair";
  return name === `${NAMESPACE}ValidatePin` ? "ValidatePin" : null;
}

/**
 * Reads the elements of an envelope that contain only text. Nothing else is read, so no entity is
 * ever declared, expanded or fetched.
 */
export function readEnvelope(xml: string): Fields {
  const elements = xml.matchAll(/<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>([^<]*)<\//g);
  return fieldsFrom([...elements].map(([, name = "", text = ""]) => [name, unescapeText(text)]));
}

/** The predefined entities (XML 1.0 §4.6). */
const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

function unescapeText(text: string): string {
  return text.replaceAll(/&(#\d{1,7}|#x[\da-f]{1,6}|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES.get(name) ?? whole;
    // `0x2F` is how JavaScript writes the number `#x2F`.
    const point = Number(name.replace(/^#(?=x)/i, "0").replace(/^#/, ""));
    return point <= 0x10_ffff ? String.fromCodePoint(point) : whole;
  });
}
