import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { key, question } from './support.ts'

/** Runs the body of a function with a host in a process of its own, and gives what it returned. */
export async function runApart<T>(address: string, body: string, env: Readonly<Record<string, string>> = {}): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-faults-'))
  const vendor = { plugin: 'openai-compatible', api_base: address, api_key: key, default_model: 'm1' }
  const options = { env: {}, cwd: home, home, config: { providers: { vendor }, log: { level: 'silent' } } }
  const script = `import { createHost } from 'resoftai'
    const host = await createHost(${JSON.stringify(options)})
    const provider = await host.provider('vendor')
    const question = ${JSON.stringify(question)}
    const result = await (async () => { ${body} })()
    await host.close()
    console.log(JSON.stringify(result))`
  try {
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit']
    })
    let output = ''
    for await (const chunk of child.stdout) output += String(chunk)
    return JSON.parse(output) as T
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
