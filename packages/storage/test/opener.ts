// Opens a store as somebody who has few rights, writes until it cannot, and prints how that ended.
import { openLedgerStore } from '../src/index.ts'
import { failure, listRecords, sampleRecord } from './samples.ts'

const [url = '', task] = process.argv.slice(2)

if (task === 'as nobody' && process.getuid?.() === 0) {
  process.setgid?.(65_534)
  process.setuid?.(65_534)
}
// A file that grows over the limit of the process ends it, unless somebody listens.
process.on('SIGXFSZ', () => {})

let written = 0
async function write(): Promise<void> {
  const store = await openLedgerStore(url)
  try {
    const most = task === 'fill' ? Infinity : 0
    for (; written < most; written++) await store.settle({ record: sampleRecord(), charges: [] })
  } finally {
    const kept = await listRecords(store)
    if (kept.length !== written) console.log(`${written} were written, ${kept.length} are there`)
  }
}
console.log(JSON.stringify({ error: await failure(write()), written }))
