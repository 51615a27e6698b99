/** A sentence of the service has neither capital nor full stop; a name that it begins with stays as it is. */
export function capital(sentence: string): string {
  const isWord = /^[a-z]+[ :,]/.test(sentence);
  const begun = isWord ? sentence.charAt(0).toUpperCase() + sentence.slice(1) : sentence;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
