import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

// surely has every import() of the sources go through src/page/fetched.ts, with the
// names of the files that the part is made of.
function surely(): Plugin {
  return {
    name: 'surely',
    enforce: 'pre',
    load: (id) =>
      id === '\0vite/preload-helper.js'
        ? "export { fetched as __vitePreload } from '/src/page/fetched.ts';"
        : null,
  };
}

// What every page of a room has from the start.
const ALWAYS = ['app.js', 'core.js'];

// The build output is in git and inside the server's binary, so names are
// stable, without hashes, and there are no source maps. Files name each other
// relatively: the server puts the version into their folder.
export default defineConfig({
  base: './',
  plugins: [svelte(), surely()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: false,
    cssCodeSplit: false,
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, files) => files.filter((file) => !ALWAYS.includes(file)),
    },
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
              test: /node_modules\/(?!fractional)|preload-helper|(replica\/dates|connection\/(uuid|backoff)|page\/(room\.svelte|later|fetched|waiting|filters|avatar|people|ids|status[\w-]*|plan\/(owner|ops)))\.(svelte|ts)(\?|$)/,
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
