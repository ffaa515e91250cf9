// Prints what Hocuspocus' database holds: for each Yjs client id, in all
// documents, how many edits of it. An edit of updates.js is one item.
import pg from 'pg';
import * as Y from 'yjs';

const pool = new pg.Pool();
const { rows } = await pool.query('select state from documents');
const edits = {};
for (const { state } of rows) {
  for (const [client, clock] of Y.decodeStateVector(Y.encodeStateVectorFromUpdate(state))) {
    edits[client] = (edits[client] ?? 0) + clock;
  }
}
await pool.end();
console.log(JSON.stringify(edits));
