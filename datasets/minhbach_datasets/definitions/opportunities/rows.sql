-- Projects and zones as one list: read from tables that are already loaded, adding no fact.
-- as_of, the day the facts were recorded, is the definition's `modified`.
WITH
-- A commune of today lies in the former districts its parts came from.
district_of AS (
  SELECT DISTINCT changed.commune, former.old_district AS district
  FROM commune_changes changed JOIN old_communes former ON former.code = changed.old_commune
),
steps AS (
  SELECT project_id, CASE status WHEN 'kêu gọi đầu tư' THEN 1 WHEN 'đã chấp thuận chủ trương' THEN 2
    WHEN 'đang triển khai' THEN 3 WHEN 'hoàn thành' THEN 4 ELSE 0 END AS step
  FROM investment_projects
),
project_rows AS (
  SELECT
    'dự án' AS kind,
    project_id AS record,
    CASE status WHEN 'kêu gọi đầu tư' THEN 1 WHEN 'đã chấp thuận chủ trương' THEN 3
      WHEN 'đang triển khai' THEN 4 WHEN 'hoàn thành' THEN 5 ELSE 6 END AS stage,
    name_vi, name_en, status, [sector] AS sector, communes, old_districts, zone_id,
    (SELECT zones.kind FROM zones WHERE zones.zone_id = investment_projects.zone_id) AS zone_kind,
    investment_form,
    CASE WHEN investment_form = 'FDI' OR list_has_any(countries, list_filter(countries, lambda c: c <> 'Việt Nam'))
        THEN 'có'
      WHEN investment_form = 'trong nước' OR countries = ['Việt Nam'] THEN 'không' END AS foreign_capital,
    countries,
    coalesce(nullif(list_filter([
      CASE WHEN status = 'đã chấp thuận chủ trương' AND start_year IS NULL
        -- Of a date known to the year or month, its end counts.
        AND CAST(approval_date || substr('0000-01-01', length(approval_date) + 1) AS DATE)
          + CASE length(approval_date) WHEN 4 THEN INTERVAL 36 MONTH WHEN 7 THEN INTERVAL 25 MONTH
            ELSE INTERVAL 24 MONTH END <= getvariable('as_of') THEN 'chưa thấy triển khai' END,
      CASE WHEN status = 'đang triển khai' AND finish_year < year(getvariable('as_of'))
        THEN 'quá năm hoàn thành' END,
      CASE WHEN status = 'dừng' THEN 'đã dừng' END
    ], lambda sign: sign IS NOT NULL), []), ['không có']) AS delay,
    CASE WHEN EXISTS (
      SELECT 1 FROM steps mine JOIN steps theirs ON theirs.step > mine.step
      JOIN investment_projects other ON other.project_id = theirs.project_id
      WHERE mine.project_id = investment_projects.project_id
        AND (other.project_id = investment_projects.related_project_id
          OR other.related_project_id = investment_projects.project_id)
    ) THEN 'có' ELSE 'không' END AS succeeded,
    location, area_ha, NULL::DOUBLE AS free_ha, NULL::DOUBLE AS occupancy_pct,
    NULL::VARCHAR AS land_rent_usd_m2, capital_vnd_billion, capital_usd_million,
    NULL::VARCHAR AS main_sectors, investor, agency_id, approval_number, approval_date, start_year,
    finish_year, NULL::DOUBLE AS longitude, NULL::DOUBLE AS latitude, NULL::VARCHAR AS land_source_url,
    source_url, verified, note
  FROM investment_projects
),
-- What a source states of the land of a zone, from one row alone: figures of two sources do not mix.
stated AS (
  SELECT zone_id, leasable_ha, occupancy_pct, occupancy_as_of, verified, source_url, 1 AS place
  FROM zones
  UNION ALL
  SELECT zone_id, leasable_ha, occupancy_pct, occupancy_as_of, verified, source_url, 2
  FROM zone_statements
),
land AS (
  SELECT zone_id, leasable_ha * (1 - occupancy_pct / 100) AS free_ha, occupancy_pct, source_url
  FROM stated WHERE occupancy_pct IS NOT NULL
  QUALIFY row_number() OVER (
    PARTITION BY zone_id
    ORDER BY verified = 'no', leasable_ha IS NULL, occupancy_as_of DESC NULLS LAST, place, source_url
  ) = 1
),
zone_rows AS (
  SELECT
    'khu' AS kind, zone_id AS record, 2 AS stage, name AS name_vi, name_en,
    CASE WHEN land.occupancy_pct >= 100 THEN 'đã lấp đầy'
      WHEN land.occupancy_pct < 100 THEN 'còn đất trống'
      ELSE 'chưa công bố đất trống' END AS status,
    list_filter([
      CASE WHEN kind IN ('KCN', 'CCN') OR regexp_matches(main_sectors, 'công nghiệp|chế tạo|cơ khí|điện tử')
        THEN 'công nghiệp' END,
      CASE WHEN kind = 'Khu nông nghiệp CNC' THEN 'nông nghiệp' END,
      CASE WHEN kind = 'Khu công nghệ số' THEN 'CNTT' END,
      CASE WHEN regexp_matches(main_sectors, 'cảng|logistics|kho bãi') THEN 'logistics-cảng biển' END,
      CASE WHEN regexp_matches(main_sectors, 'du lịch') THEN 'du lịch-dịch vụ' END
    ], lambda code: code IS NOT NULL) AS sector,
    communes, old_districts, zone_id, kind AS zone_kind, NULL::VARCHAR AS investment_form, NULL::VARCHAR AS foreign_capital,
    NULL::VARCHAR[] AS countries, ['không có'] AS delay, 'không' AS succeeded, location, area_ha,
    round(land.free_ha, 1) AS free_ha, land.occupancy_pct, land_rent_usd_m2,
    NULL::DOUBLE AS capital_vnd_billion, NULL::DOUBLE AS capital_usd_million, main_sectors,
    developer AS investor, NULL::VARCHAR AS agency_id, established_decision AS approval_number,
    established_date AS approval_date, NULL::SMALLINT AS start_year, NULL::SMALLINT AS finish_year,
    longitude, latitude, land.source_url AS land_source_url, zones.source_url, verified, note
  FROM zones LEFT JOIN land USING (zone_id)
  -- Border gates lease no land.
  WHERE kind <> 'Cửa khẩu'
),
both_kinds AS (FROM project_rows UNION ALL FROM zone_rows),
districts AS (
  SELECT kind, record, list_sort(list_distinct(list_concat(
    coalesce(old_districts, []),
    coalesce((SELECT list(district) FROM district_of WHERE list_contains(communes, commune)), [])
  ))) AS old_districts
  FROM both_kinds
),
features AS (
  SELECT feature, coalesce(communes, []) AS communes, list_concat(
    coalesce(old_districts, []),
    coalesce((SELECT list(district) FROM district_of WHERE list_contains(communes, commune)), [])
  ) AS old_districts
  FROM place_features
)
SELECT both_kinds.* EXCLUDE (longitude, latitude) REPLACE (districts.old_districts AS old_districts),
  -- Of a row whose source names no place nothing is known; else what is near, if anything.
  CASE WHEN both_kinds.communes IS NOT NULL OR len(districts.old_districts) > 0 THEN coalesce(
    (SELECT list_sort(list(DISTINCT feature)) FROM features
      WHERE list_has_any(features.communes, coalesce(both_kinds.communes, []))
        OR list_has_any(features.old_districts, districts.old_districts)),
    ['không có']
  ) END AS near,
  CASE WHEN longitude IS NOT NULL AND latitude IS NOT NULL THEN 'tọa độ khu'
    WHEN len(both_kinds.communes) > 0 THEN 'tâm xã' END AS located_by,
  CASE WHEN longitude IS NOT NULL AND latitude IS NOT NULL
      THEN format('{{"type": "Point", "coordinates": [{}, {}]}}', longitude, latitude)
    WHEN len(both_kinds.communes) > 0
      THEN (SELECT '{"type": "MultiPoint", "coordinates": ['
          || string_agg(format('[{}, {}]', c.longitude, c.latitude), ', ' ORDER BY c.code) || ']}'
        FROM communes c WHERE list_contains(both_kinds.communes, c.code)) END AS geometry
FROM both_kinds JOIN districts USING (kind, record)
ORDER BY stage, kind, record
