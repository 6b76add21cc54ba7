
DROP FUNCTION catalog_query;
DROP FUNCTION catalog_vector;
