export { uuid as newId } from '../connection/uuid';
