import { mount } from 'svelte';
import NewPage from './page/new/new-page.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');
mount(NewPage, { target });
