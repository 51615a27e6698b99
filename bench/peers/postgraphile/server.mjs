// PostGraphile as its documentation starts it as a library: the Amber preset, over the schema `public`.
// node server.mjs PORT; the database by PGHOST, PGPORT, PGUSER and PGDATABASE.
import { createServer } from "node:http";
import pg from "pg";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const port = Number(process.argv[2]);
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"], // a stage's position has no index of its own, and is ordered by
  pgServices: [makePgService({ pool: new pg.Pool({ max: 10 }), schemas: ["public"] })],
  grafast: { explain: false },
  grafserv: { port, host: "127.0.0.1", graphiql: false, watch: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(port, "127.0.0.1");
