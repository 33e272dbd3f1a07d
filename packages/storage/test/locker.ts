// Locks a SQLite file for writing until its parent says so.
import { DatabaseSync } from 'node:sqlite'

const database = new DatabaseSync(process.argv[2] ?? '')
database.exec('begin immediate')
process.send?.('locked')
process.once('message', () => {
  database.exec('commit')
  database.close()
  process.disconnect?.()
})
