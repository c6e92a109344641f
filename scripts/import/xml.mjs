/** Finds elements by their names, whatever prefix their namespace has. */

const nameOf = ({ name = "" }) => name.split(":").at(-1);

/** The child elements of this name. */
export function all(parent, name) {
  return (parent?.children ?? []).filter(
    (node) => node.type === "element" && nameOf(node) === name,
  );
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
  return element?.attributes[name];
}
