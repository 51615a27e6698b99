/** The addresses of views that a deployment leads to. */
export const addresses = {
  deployment: (id: string) => `/deployments/${encodeURIComponent(id)}`,
  environment: (name: string) => `/environments/${encodeURIComponent(name)}`,
  pipeline: (service: string, executionId?: string) =>
    `/pipelines/${encodeURIComponent(service)}${executionId === undefined ? '' : `?execution=${executionId}`}`,
  check: (name: string) => `/checks/${encodeURIComponent(name)}`,
};

/** The key by which events name what they are about: the part of a node's id behind its type. */
export function keyOf(id: string): string | undefined {
  try {
    const [, key] = atob(id).split(':');
    return key;
  } catch {
    return undefined;
  }
}

/** A commit's page on GitHub, where services' repositories are. */
export function commitAddress(repository: string, revision: string): string {
  const path = repository.split('/').map(encodeURIComponent).join('/');
  return `https://github.com/${path}/commit/${encodeURIComponent(revision)}`;
}
