import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const resolve = createRequire(import.meta.url).resolve
const fromSource = import.meta.url.endsWith('.ts')
const conditions = fromSource ? ['--conditions=source'] : []

/** The module beside this one, as a file URL; its extension follows whether we run from source or from `dist/`. */
function sibling(name: string): URL {
  return new URL(`./${name}${fromSource ? '.ts' : '.js'}`, import.meta.url)
}

/** What `fork` needs to run the sibling module `name` as a child process. */
export function childEntry(name: string): { path: string; execArgv: string[] } {
  const loader = fromSource ? ['--import', pathToFileURL(resolve('tsx')).href] : []
  return { path: fileURLToPath(sibling(name)), execArgv: [...conditions, ...loader] }
}

/**
 * What `new Worker` needs to run the sibling module `name` as a thread. `--import tsx` has no effect on a thread's
 * entry file, so from source the entry is a line that registers tsx and then imports the module.
 */
export function threadEntry(name: string): { url: URL; execArgv: string[] } {
  if (!fromSource) return { url: sibling(name), execArgv: [] }
  const tsx = join(dirname(resolve('tsx/package.json')), 'dist', 'esm', 'api', 'index.mjs')
  const boot = `import { register } from ${JSON.stringify(pathToFileURL(tsx).href)}
register()
await import(${JSON.stringify(sibling(name).href)})`
  return { url: new URL(`data:text/javascript,${encodeURIComponent(boot)}`), execArgv: conditions }
}
