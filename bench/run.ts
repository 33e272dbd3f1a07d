import { spawnSync } from 'node:child_process'

const parts: Record<string, () => Promise<void>> = {
  chunk: async () => (await import('./chunk.ts')).measureChunks(),
  call: async () => (await import('./call.ts')).measureCalls(),
  start: async () => (await import('./start.ts')).measureStart(),
  memory: async () => (await import('./memory.ts')).measureMemory(),
  watch: async () => (await import('./watch.ts')).measureWatches(),
  estimate: async () => (await import('./estimate.ts')).measureEstimate(),
  budget: async () => (await import('./budget.ts')).measureBudget(),
  gateway: async () => (await import('./gateway.ts')).measureGateway(Number(process.argv[3] ?? 500))
}

/** Takes minutes, and so is measured only when it is asked for. */
const long: Record<string, () => Promise<void>> = {
  streams: async () => (await import('./streams.ts')).measureStreams(process.argv.slice(3))
}

const asked = process.argv[2]
if (asked === undefined) {
  // Each in a process of its own, so that none measures what another left behind.
  console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}`)
  for (const name of Object.keys(parts)) {
    const { status } = spawnSync(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', import.meta.filename, name], {
      stdio: 'inherit'
    })
    if (status !== 0) process.exitCode = 1
  }
} else {
  const known = { ...parts, ...long }
  const part = known[asked]
  if (part === undefined) {
    console.error(`Unknown benchmark "${asked}". There are: ${Object.keys(known).join(', ')}.`)
    process.exitCode = 2
  } else await part()
}
