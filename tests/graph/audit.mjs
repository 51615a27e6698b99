// Runs the audits of GraphQL over HTTP that the package graphql-http brings, and prints each that is not met.
import { serverAudits } from 'graphql-http';

const results = await Promise.all(
  serverAudits({ url: process.argv[2] }).map(async (audit) => ({ name: audit.name, ...(await audit.fn()) })),
);
const unmet = results.filter((result) => result.status !== 'ok');
console.log(JSON.stringify({ count: results.length, unmet: unmet.map(({ name, status, reason }) => [status, name, reason]) }));
