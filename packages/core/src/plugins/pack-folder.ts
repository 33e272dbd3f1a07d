import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { listPackageFiles } from './package-files.ts'
import { packageLimits } from './package-limits.ts'
import { writeNewFile } from './write-file.ts'

/** Copies what would be published of a folder into a new one. No script runs. Throws `HostError`. */
export function packFolder(directory: string, packageJson: Readonly<Record<string, unknown>>, into: string): void {
  const limits = packageLimits(directory)
  listPackageFiles(directory, packageJson, path => {
    const parts = path.split('/')
    const file = join(directory, ...parts)
    const { size, mode } = statSync(file)
    limits.addFile(path)
    limits.addBytes(size)
    writeNewFile(join(into, ...parts), readFileSync(file), mode)
  })
}
