import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The console: built once into `web/dist`, from where the server serves it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: 'dist', emptyOutDir: true, sourcemap: false, target: 'es2023', manifest: true },
  // `npx vite web` beside a running server, to work on the console.
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
