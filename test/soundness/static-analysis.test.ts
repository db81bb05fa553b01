import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { circuitOf } from '#circuits/circuit.js'
import { analyse, type Explained, type Finding, unexplained } from '#scripts/static-analysis.js'

/** A digit that nothing holds to 0 or 1, an input that nothing reads, and an answer that nothing asks for. */
const BAD = `pragma circom 2.1.6;

template LessThan8() {
    signal input a;
    signal input b;
    signal output out;

    out <-- a < b;
}

template Bad() {
    signal input risk;
    signal input bound;
    signal input blinding;
    signal output half;

    component less = LessThan8();
    less.a <== risk;
    less.b <== bound;
    half <-- risk / 2;
}
`
const FOLDER = join('circuits', 'build', `bad-${process.pid}`)
const BAD_CIRCUIT = { name: 'bad', include: 'circuits/bad.circom', main: '= Bad()' }

async function analyseText(text: string): Promise<Finding[]> {
  await writeFile(join(FOLDER, 'bad.circom'), text)
  return analyse([BAD_CIRCUIT], FOLDER)
}

beforeAll(() => mkdir(FOLDER, { recursive: true }))
afterAll(() => rm(FOLDER, { recursive: true, force: true }))

describe('a deliberately bad circuit', () => {
  test('is found by both tools, and no entry of the committed list covers it', async () => {
    const findings = await analyseText(BAD)
    const seen = findings.map(({ tool, code, where }) => `${tool} ${code} ${where}`)
    // circom: inputs of which no constraint speaks, and an answer that nobody reads.
    expect(seen).toContain('circom CA01 Bad(): blinding')
    expect(seen).toContain('circom CA02 Bad(): less.out')
    expect(seen).toContain('circom T3002 half <-- risk / 2;')
    // circomspect: assignments that constrain nothing, and a comparison that reads large numbers as negative.
    expect(seen).toContain('circomspect CS0005 out <-- a < b;')
    expect(seen).toContain('circomspect CS0013 half <-- risk / 2;')
    expect(seen).toContain('circomspect CS0006 signal input blinding;')
    expect(seen).toContain('circomspect CS0003 out <-- a < b;')
    expect(seen).toContain('circomspect CS0018 component less = LessThan8();')
    expect(findings.every(({ file }) => file === 'bad.circom')).toBe(true)

    const list: Explained[] = JSON.parse(await readFile('circuits/static-findings.json', 'utf8'))
    const open = unexplained(findings, list).filter(
      (sentence) => !sentence.startsWith('static-findings.json'),
    )
    const covered = findings.filter(({ code }) => code === 'CS0004')
    expect(open).toHaveLength(findings.length - covered.length)
  })

  test('what the tools cannot read is an error, not silence', async () => {
    await expect(analyseText(BAD.replace('signal input risk;', 'signal input risk'))).rejects.toThrow()
  })
})

describe('the circuits', () => {
  let findings: Finding[]
  let list: Explained[]
  beforeAll(async () => {
    findings = await analyse([circuitOf('rebalance', 'tiny'), circuitOf('digest-market', 'tiny')])
    list = JSON.parse(await readFile('circuits/static-findings.json', 'utf8'))
  })

  test('every finding is explained, and every explanation is of a finding', () => {
    expect(findings.length).toBeGreaterThan(list.length)
    expect(unexplained(findings, list)).toEqual([])
  })

  test('an entry that is taken away leaves its findings open', () => {
    for (const [index, entry] of list.entries()) {
      const open = unexplained(findings, list.toSpliced(index, 1))
      expect(open.length, `${entry.code} ${entry.file}`).toBeGreaterThanOrEqual(entry.where?.length ?? 1)
      for (const sentence of open) expect(sentence).toMatch(new RegExp(`^${entry.tool} ${entry.code} `))
    }
  })

  test('an entry, or one place of it, that matches nothing is named', () => {
    const [first, ...rest] = list
    const where = [...first!.where!, 'MarketRows(4,2): 3 of market']
    expect(unexplained(findings, [{ ...first!, where }, ...rest])).toEqual([
      'static-findings.json explains what circom no longer finds: CA01 gadgets/market-rows.circom MarketRows(4,2): 3 of market',
    ])
    const stale: Explained = { tool: 'circomspect', code: 'CS0001', reason: 'none' }
    expect(unexplained(findings, [...list, stale])).toHaveLength(1)
  })
})
