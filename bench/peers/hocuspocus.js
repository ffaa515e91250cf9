// Hocuspocus storing in PostgreSQL (later, by its debounce), between servers
// over Redis when REDIS_URL names one.
import pg from 'pg';
import { Server } from '@hocuspocus/server';
import { Database } from '@hocuspocus/extension-database';
import { Redis } from '@hocuspocus/extension-redis';

const { PORT, REDIS_URL } = process.env;
// The database is named by the PG… variables, which pg reads by itself.
const pool = new pg.Pool();
const database = new Database({
  async fetch({ documentName }) {
    const { rows } = await pool.query('select state from documents where name = $1', [documentName]);
    return rows[0]?.state ?? null;
  },
  async store({ documentName, state }) {
    await pool.query(
      'insert into documents (name, state) values ($1, $2) on conflict (name) do update set state = excluded.state',
      [documentName, state],
    );
  },
});
const extensions = [database];
if (REDIS_URL) {
  const { hostname, port } = new URL(REDIS_URL);
  extensions.push(new Redis({ host: hostname, port: Number(port) }));
}
const server = new Server({ port: Number(PORT), address: '127.0.0.1', quiet: true, extensions });
await server.listen();
console.log('ready');
