import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The build output is in git and inside the server's binary, so names are
// stable, without hashes, and there are no source maps. Files name each other
// relatively: the server puts the version into their folder.
export default defineConfig({
  base: './',
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
        // What the first screen and the later parts share; the page asks for both at once.
        codeSplitting: { groups: [{ name: 'core', test: /node_modules/ }] },
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.css')) ? 'app.css' : '[name][extname]',
      },
    },
  },
});
