import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { HostError } from '../error.ts'
import { errorCode } from '../error-code.ts'
import { listPackageFiles } from './package-files.ts'
import { packageLimits } from './package-limits.ts'
import { writeNewFile } from './write-file.ts'

/** Copies what would be published of a folder into a new one. No script runs. Throws `HostError`. */
export function packFolder(directory: string, packageJson: Readonly<Record<string, unknown>>, into: string): void {
  const limits = packageLimits(directory)
  const paths: string[] = []
  read(directory, () =>
    listPackageFiles(directory, packageJson, path => {
      limits.addFile(path)
      paths.push(path)
    })
  )
  for (const path of paths) {
    const parts = path.split('/')
    const file = join(directory, ...parts)
    const { size, mode } = read(file, () => statSync(file))
    limits.addBytes(size)
    const content = read(file, () => readFileSync(file))
    writeNewFile(join(into, ...parts), content, mode)
  }
}

/** The system's word about the user's own file, for a person. */
function read<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (typeof (error as { readonly syscall?: unknown }).syscall !== 'string') throw error
    throw new HostError('plugin', `${path} cannot be read (${errorCode(error)}).`, {
      hint: 'Make it readable, or take it out of the package.'
    })
  }
}
