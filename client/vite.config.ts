import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The build output is in git and inside the server's binary, so names are
// stable, without hashes, and there are no source maps. One file for all the
// script: the page asks for app.js?v=…, and a second chunk that imports app.js
// without the query would run the whole program twice.
export default defineConfig({
  base: '/assets/',
  plugins: [svelte()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: false,
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { app: 'src/main.ts' },
      output: {
        codeSplitting: false,
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.css')) ? 'app.css' : '[name][extname]',
      },
    },
  },
});
