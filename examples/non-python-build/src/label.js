/** The text of a parcel's label: name, street and town, each in a line of its own. */
export function label({ name, street, town }) {
  return [name, street, town].map((line) => line.trim()).join("\n");
}
