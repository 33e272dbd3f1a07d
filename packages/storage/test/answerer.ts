// A process that begins an answer and stays until it is killed.
import { openStorage } from '../src/index.ts'

const [url = '', id = '', fingerprint = '', leaseMs] = process.argv.slice(2)
const { replies } = await openStorage(url)
process.on('message', () => {})
process.send?.(await replies.begin(id, fingerprint, Number(leaseMs)))
