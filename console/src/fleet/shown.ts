type Part = readonly [number, number];

function things(count: number, name: string): string {
  return `${count} ${count === 1 ? name : `${name}s`}`;
}

function part([some, all]: Part, name: string): string {
  return some === all ? `all ${things(all, name)}` : `${some} of ${things(all, name)}`;
}

/** What is shown of the fleet: `12 of 340 services and all 16 environments are shown`. */
export function sayShown(services: Part, environments: Part): string {
  const sentence = `${part(services, 'service')} and ${part(environments, 'environment')} are shown`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
