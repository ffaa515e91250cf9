import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

// plainImports leaves dynamic imports to the browser: there is no stylesheet of
// a part to wait for, and what is preloaded stands in the page.
function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    enforce: 'pre',
    load: (id) =>
      id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null,
  };
}

// The build output is in git and inside the server's binary, so names are
// stable, without hashes, and there are no source maps. Files name each other
// relatively: the server puts the version into their folder.
export default defineConfig({
  base: './',
  plugins: [svelte(), plainImports()],
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
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            // What the first screens and the later parts share.
            {
              name: 'core',
              test: /node_modules\/(?!fractional)|(replica\/dates|connection\/uuid|page\/(room\.svelte|later|filters|avatar|people|ids|status[\w-]*|plan\/(owner|ops)))\.(svelte|ts)$/,
            },
            { name: 'words', test: /page\/activity\/(ago|sentence)\.ts$/ },
          ],
        },
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.css')) ? 'app.css' : '[name][extname]',
      },
    },
  },
});
