/** The part of the WebAssembly interface that we use: TypeScript has it only in its DOM library. */
export type WasmModule = { readonly __wasmModule: never }
export type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): number }

type WebAssemblyInterface = {
  compile(code: Uint8Array): Promise<WasmModule>
  Module: new (code: Uint8Array) => WasmModule
  Instance: new (
    module: WasmModule,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Record<string, unknown> }
  Memory: new (size: { initial: number }) => WasmMemory
}

export const wasm = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly
