import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** Imports, exports from, dynamic imports, and the files of workers, of modules of this project. */
const SPECIFIER = /(?:\bfrom|\bimport|new URL\()\s*\(?\s*'([#.][^']+)'/g

/** The modules given and every module of the project that they import, directly or not: paths below the root, in order. */
export function importedBy(modules: readonly string[]): string[] {
  const seen = new Set<string>()
  const visit = (path: string) => {
    if (seen.has(path) || !path.endsWith('.ts') || !existsSync(path)) return
    seen.add(path)
    for (const [, specifier = ''] of readFileSync(path, 'utf8').matchAll(SPECIFIER)) {
      visit(sourceOf(specifier, path))
    }
  }
  modules.forEach(visit)
  return [...seen].sort()
}

/** `#portfolio/units.js` is portfolio/units.ts, `./units.js` the file beside the importing one. */
const sourceOf = (specifier: string, importer: string): string => {
  const path = specifier.startsWith('#') ? specifier.slice(1) : join(dirname(importer), specifier)
  return normalize(path).replace(/\.js$/, '.ts')
}
