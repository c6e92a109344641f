/**
 * Finds elements and attributes by their names, whatever prefix their namespace has, and in upper or
 * lower case, because privacyIDEA writes all of them in lower case.
 */

const plain = (name = "") => name.split(":").at(-1).toLowerCase();

/** Whether an element has this name. */
export function isNamed(element, name) {
  return plain(element?.name) === plain(name);
}

/** The child elements of this name. */
export function all(parent, name) {
  return (parent?.children ?? []).filter((node) => node.type === "element" && isNamed(node, name));
}

/** The first element at the end of a path of names. */
export function first(parent, ...path) {
  return path.reduce((element, name) => all(element, name)[0], parent);
}

/** The text at the end of a path, without the blanks around it. Undefined if there is none. */
export function textAt(parent, ...path) {
  return first(parent, ...path)?.text.trim() || undefined;
}

export function attribute(element, name) {
  const found = Object.keys(element?.attributes ?? {}).find((one) => plain(one) === plain(name));
  return found && element.attributes[found];
}
