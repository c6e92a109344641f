import assert from "node:assert/strict";
import { test } from "node:test";
import { argumentsOf, compare, renderTypes } from "./texts.mjs";

const ORIGINAL = {
  skip: "Skip",
  lock: { for: "Wait {time}.", left: "{count, plural, one {# code} other {# codes}}" },
};

test("a message with arguments is a function in the type, with a type for each of them", () => {
  const types = renderTypes(ORIGINAL);
  assert.match(types, /^ {2}skip: string;$/m);
  assert.match(types, /^ {4}for: \(values: \{ time: string \| number \}\) => string;$/m);
  assert.match(types, /^ {4}left: \(values: \{ count: number \}\) => string;$/m);
});

test("arguments inside a choice count, and are sorted by name", () => {
  const pattern = "{way, select, ahead {{amount, number} ahead of {name}} other {behind}}";
  assert.deepEqual(argumentsOf(pattern), [
    ["amount", "number"],
    ["name", "string | number"],
    ["way", '"ahead" | "other"'],
  ]);
});

const TRANSLATIONS = /** @type {[string, object, string][]} */ ([
  ["lacks a message", { skip: "Salta", lock: { for: "{time}" } }, "it: lock.left is missing"],
  [
    "has one that the original has not",
    { ...ORIGINAL, more: "Di più" },
    "it: more is not in the original",
  ],
  ["is empty", { ...ORIGINAL, skip: " " }, "it: skip: is empty"],
  [
    "has other arguments",
    { ...ORIGINAL, skip: "Salta {time}" },
    'it: skip: has the arguments ["time"], the original []',
  ],
  [
    "lacks a plural form of its language",
    { ...ORIGINAL, lock: { ...ORIGINAL.lock, left: "{count, plural, other {#}}" } },
    'it: lock.left: {count} lacks the plural form "one"',
  ],
]);

for (const [what, translation, fault] of TRANSLATIONS) {
  test(`a translation that ${what} is refused`, () => {
    assert.ok(compare("it", translation, ORIGINAL).includes(fault));
  });
}

test("a pattern that is none is refused", () => {
  assert.throws(() => compare("it", { ...ORIGINAL, skip: "{" }, ORIGINAL));
});
