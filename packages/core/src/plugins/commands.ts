import type { CheckOptions, PluginCheck } from './check.ts'
import type { HostPackages } from './host-packages.ts'
import type { InstalledPlugin, InstallOptions } from './install.ts'

// What changes or runs plugins is loaded when it is asked for: finding them must stay cheap.

/**
 * Installs a bundled plugin by its id or alias, a folder, or a tarball. No script of it runs; its code is loaded once, in a process of its
 * own that may read nothing else. Throws `HostError`; whatever goes wrong, what was installed before stays as it was.
 */
export async function installPlugin(asked: string, options: InstallOptions): Promise<InstalledPlugin> {
  const [{ install }, { explainFaults }] = await Promise.all([import('./install.ts'), import('./file-fault.ts')])
  return explainFaults(options.home, () => install(asked, options))
}

/**
 * Removes an installed plugin with all its versions. Throws `HostError` `not_found` when it is not installed, so a second time too; one that
 * comes with the host cannot be removed, only disabled.
 */
export async function uninstallPlugin(id: string, options: { readonly home: string }): Promise<void> {
  const [{ uninstall }, { explainFaults }] = await Promise.all([import('./uninstall.ts'), import('./file-fault.ts')])
  return explainFaults(options.home, () => uninstall(id, options))
}

/** Says whether a plugin, installed or bundled, may be used. Gives false when it was so before. The caller has found the plugin. */
export async function setEnabled(id: string, enabled: boolean, options: { readonly home: string }): Promise<boolean> {
  const [{ enable }, { explainFaults }] = await Promise.all([import('./enable.ts'), import('./file-fault.ts')])
  return explainFaults(options.home, () => enable(id, enabled, options))
}

/**
 * Judges a plugin's folder or tarball: packs it as `npm pack` would and loads that copy as an installation does; with `conformance` puts it
 * through the conformance suite, with the cases of the folder. What cannot be told because something before it is wrong is left out.
 */
export async function checkPlugin(path: string, options?: CheckOptions): Promise<readonly PluginCheck[]> {
  const { check } = await import('./check.ts')
  return check(path, options)
}

/** Puts the host's own packages that a plugin names into the `node_modules` of its folder, types included: then it can be worked on offline. */
export async function bringHostPackages(directory: string, { bundled }: Pick<HostPackages, 'bundled'>): Promise<void> {
  const { copyHostPackages } = await import('./host-packages.ts')
  copyHostPackages(directory, { bundled, types: true })
}
