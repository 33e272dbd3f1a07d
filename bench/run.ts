import { spawnSync } from 'node:child_process'

const parts: Record<string, () => Promise<void>> = {
  chunk: async () => (await import('./chunk.ts')).measureChunks(),
  call: async () => (await import('./call.ts')).measureCalls(),
  start: async () => (await import('./start.ts')).measureStart(),
  memory: async () => (await import('./memory.ts')).measureMemory(),
  watch: async () => (await import('./watch.ts')).measureWatches(),
  estimate: async () => (await import('./estimate.ts')).measureEstimate()
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
  const part = parts[asked]
  if (part === undefined) {
    console.error(`Unknown benchmark "${asked}". There are: ${Object.keys(parts).join(', ')}.`)
    process.exitCode = 2
  } else await part()
}
