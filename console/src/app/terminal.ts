const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word as a shell reads it: whatever an address says – a link may say anything – stays one word of the command. */
export function word(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The command that asks a short question in GraphQL, for views that no command shows as they are. */
export function queryCommand(document: string): string {
  return `interlock query ${word(document)}`;
}
