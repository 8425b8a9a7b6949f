#ifndef TRIBUTARY_CXGBOOST_H
#define TRIBUTARY_CXGBOOST_H

#include <xgboost/c_api.h>

#endif
